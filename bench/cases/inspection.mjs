// Inspection of wheels with many members, compared with Python's zipfile, which lists them and reads RECORD.
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildWheel } from '../lib/index-folder.mjs';
import { alternate, output } from '../lib/measure.mjs';
import { has } from '../lib/processes.mjs';

export const needs = ['python3'].filter((program) => !has(program));

const PYTHON = `
import sys, time, zipfile
path, mode = sys.argv[1:]
def once():
    started = time.perf_counter()
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        record = [info for info in infos if info.filename.endswith('.dist-info/RECORD')][0]
        archive.read(record)
        if mode == 'all':
            for info in infos:
                archive.read(info)
    return time.perf_counter() - started
print(min(once() for _ in range(3)) * 1000)
`;

export async function run({ folder, rounds }) {
  const { createInspector } = await import(resolve('dist/inspection/inspect-in-thread.js'));
  const { parseDistributionFilename } = await import(
    resolve('dist/domain/distribution-filename.js')
  );
  const { DEFAULT_LIMITS } = await import(resolve('dist/inspection/limits.js'));
  const figures = [];
  for (const [members, inflate, target] of [
    [2_000, 'needed', 1.5],
    [10_000, 'needed', 1.5],
    [10_000, 'all', undefined],
  ]) {
    const wheel = buildWheel(
      'many',
      Array.from({ length: members }, (_, index) => [`many/m${index}.py`, randomBytes(500)]),
      { deflate: true },
    );
    const path = join(folder, wheel.filename);
    writeFileSync(path, wheel.bytes);
    const artifact = {
      sha256: createHash('sha256').update(wheel.bytes).digest('hex'),
      size: wheel.bytes.length,
      name: parseDistributionFilename(wheel.filename),
    };
    const inspector = createInspector({ threads: 1, limits: { ...DEFAULT_LIMITS, inflate } });
    const inspect = async () => {
      let best = Infinity;
      for (let round = 0; round < 3; round += 1) {
        const started = performance.now();
        const { findings } = await inspector.inspect(path, artifact);
        if (findings.length > 0) throw new Error(JSON.stringify(findings));
        best = Math.min(best, performance.now() - started);
      }
      return best;
    };
    const zipfile = async () =>
      Number(await output('python3', ['-c', PYTHON, path, inflate === 'all' ? 'all' : 'list']));
    try {
      const results = await alternate({ zipfile, wheelgate: inspect }, rounds);
      figures.push({
        figure: `inspection of ${members} members, ${inflate === 'all' ? 'every one inflated and hashed' : 'without inflation'}`,
        unit: 'ms',
        baseline: 'zipfile',
        aims: target === undefined ? {} : { wheelgate: { most: target } },
        results,
      });
    } finally {
      await inspector.close();
    }
  }
  return figures;
}
