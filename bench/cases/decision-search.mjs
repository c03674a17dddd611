// The recipients of a rarely requested release: a search with the indexes of the log's files, compared with one through
// the complete files.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { alternate } from '../lib/measure.mjs';

export const needs = [];

const PROJECTS = 5_000;
const CLIENTS = 400;
const AGENT =
  'pip/26.3 {"ci":true,"cpu":"x86_64","distro":{"id":"trixie","name":"Debian GNU/Linux","version":"13"},' +
  '"implementation":{"name":"CPython","version":"3.13.5"},"installer":{"name":"pip","version":"26.3"}}';

/** A few projects are requested often, most of them rarely. */
function project(line) {
  const share = ((line * 2_654_435_761) % 2 ** 32) / 2 ** 32;
  return `project-${Math.floor(PROJECTS * share ** 3)}`;
}

function record(line, name = project(line)) {
  return {
    time: new Date(Date.UTC(2026, 0, 1) + line * 50).toISOString(),
    client: `10.1.0.${line % 250}`,
    user: `ci-${line % CLIENTS}`,
    userAgent: AGENT,
    method: 'GET',
    status: 200,
    upstream: 'pypi',
    project: name,
    version: `1.${line % 7}`,
    filename: `${name}-1.${line % 7}-py3-none-any.whl`,
    sha256: createHash('sha256')
      .update(`${name} ${line % 7}`)
      .digest('hex'),
    bytes: line,
    complete: true,
    verdict: 'allow',
    revision: '57aa4b59bca7',
    page: { uploaded: '2025-12-01T00:00:00.000Z', hasWheel: true, public: true },
  };
}

export async function run({ folder, rounds, short }) {
  const { FileDecisionReader } = await import(resolve('dist/decisions/file-reader.js'));
  const { LOG_DISK } = await import(resolve('dist/decisions/log-disk.js'));
  const { writeRecord } = await import(resolve('dist/decisions/record.js'));
  const { tendFile } = await import(resolve('dist/decisions/tend-file.js'));
  const [files, lines] = short ? [3, 4_000] : [8, 30_000];

  function* linesOf(file) {
    for (let line = file * lines; line < (file + 1) * lines; line += 1) {
      yield writeRecord(record(line));
      if (file === 1 && line % lines === 1_234) yield writeRecord(record(line, 'seldom'));
    }
  }
  for (let file = 0; file < files; file += 1) {
    const name = `decisions-2026-01-01T00-00-00.000Z-${String(file).padStart(4, '0')}.jsonl`;
    const path = join(folder, name);
    await pipeline(Readable.from(linesOf(file)), createWriteStream(path));
    await tendFile({ path, compress: true });
  }

  const indexed = new FileDecisionReader(folder);
  const whole = new FileDecisionReader(folder, {
    ...LOG_DISK,
    readFile: () => Promise.reject(new Error('no index')),
  });
  const search = (reader, name, found) => async () => {
    const started = performance.now();
    let count = 0;
    for await (const _ of (await reader.search({ project: name })).records()) count += 1;
    if (count !== found) throw new Error(`${count} of ${found} records of ${name} were found`);
    return performance.now() - started;
  };
  return [
    {
      figure: `who was given it, from ${files} compressed files of ${lines} decisions`,
      unit: 'ms',
      baseline: 'whole',
      aims: { 'by index, in one file': { most: 0.1 }, 'by index, in none': { most: 0.1 } },
      results: await alternate(
        {
          whole: search(whole, 'seldom', 1),
          'by index, in one file': search(indexed, 'seldom', 1),
          'by index, in none': search(indexed, 'nobody', 0),
        },
        rounds,
      ),
    },
  ];
}
