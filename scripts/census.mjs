// `npm run census -- FOLDER…`: inspects every artifact in the folders under the shipped policy and prints, as Markdown,
// which would be refused and why. The aim is no false refusal.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';

const { describeFile } = await import('../dist/inspection/describe-file.js');
const { createInspector } = await import('../dist/inspection/inspect-in-thread.js');
const { FINDING_CODES } = await import('../dist/domain/finding-codes.js');
const { loadPolicy } = await import('../dist/policy/load.js');
const { subjectOfFile } = await import('../dist/cli/subject-of-file.js');

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error('usage: npm run census -- FOLDER…');
  process.exit(2);
}
const ARTIFACT = /\.(?:whl|egg|zip|tar|tar\.gz|tgz|tar\.bz2)$/;
const paths = folders
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((path) => ARTIFACT.test(path) && statSync(path).isFile());
// The same file may be in two folders.
const files = [...new Map(paths.map((path) => [basename(path), path])).values()].sort();

const { policy } = await loadPolicy([], { now: Date.now() });
const threads = availableParallelism();
const inspector = createInspector({ threads });
const results = [];
const queue = [...files];
const started = performance.now();
await Promise.all(
  Array.from({ length: threads }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const artifact = await describeFile(file);
      const begun = performance.now();
      const inspection = await inspector.inspect(file, artifact);
      const seconds = (performance.now() - begun) / 1_000;
      const verdict = policy.evaluate(subjectOfFile(artifact), inspection, Date.now());
      results.push({ file: basename(file), path: file, artifact, inspection, verdict, seconds });
      if (process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${files.length}`);
    }
  }),
);
const wall = (performance.now() - started) / 1_000;
await inspector.close();

const projects = new Set(results.map(({ artifact }) => artifact.name.project));
const line = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

console.log(
  `${results.length} artifacts of ${projects.size} projects, ${mb(sum(results, (one) => one.artifact.size))} MB, in ${wall.toFixed(1)} s.\n`,
);
line('kind', 'artifacts', 'refused', 'rate', 'with findings, allowed');
line('---', '---', '---', '---', '---');
for (const kind of ['wheel', 'sdist', 'egg', 'other']) {
  const some = results.filter(({ artifact }) => artifact.name.kind === kind);
  if (some.length === 0) continue;
  const refused = some.filter(({ verdict }) => verdict.outcome === 'block');
  const noted = some.filter(
    ({ verdict, inspection }) => verdict.outcome !== 'block' && inspection.findings.length > 0,
  );
  line(kind, some.length, refused.length, percent(refused.length, some.length), noted.length);
}

console.log('\n| refused | rule | why |\n| --- | --- | --- |');
for (const { file, verdict } of results
  .filter(({ verdict }) => verdict.outcome === 'block')
  .sort((a, b) => (a.file < b.file ? -1 : 1)))
  line(`\`${file}\``, verdict.decisive.rule, verdict.decisive.reason.replaceAll('|', '\\|'));

console.log('\n| finding | artifacts | of them refused | what |\n| --- | --- | --- | --- |');
for (const code of Object.keys(FINDING_CODES)) {
  const some = results.filter(({ inspection }) =>
    inspection.findings.some((finding) => finding.code === code),
  );
  if (some.length === 0) continue;
  const refused = some.filter(({ verdict }) => verdict.outcome === 'block').length;
  line(`\`${code}\``, some.length, refused, FINDING_CODES[code].summary);
}

const wheels = results.filter(({ artifact }) => artifact.name.format === 'zip');
const seconds = sum(wheels, (one) => one.seconds);
const python = readWithPython(wheels.map(({ path }) => path));
console.log(
  '\n| throughput, one worker | MB/s packed | MB/s unpacked | members/s |\n| --- | --- | --- | --- |',
);
line('Wheelgate, every check', ...rates(seconds));
if (python !== undefined) line("Python's zipfile, reading every member", ...rates(python));

function rates(time) {
  return [
    (mb(sum(wheels, (one) => one.artifact.size)) / time).toFixed(0),
    (mb(sum(wheels, (one) => one.inspection.inflatedBytes)) / time).toFixed(0),
    Math.round(sum(wheels, (one) => one.inspection.memberCount) / time),
  ];
}

function readWithPython(paths) {
  const script = `
import sys, time, zipfile
started = time.perf_counter()
for path in sys.stdin.read().splitlines():
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                archive.read(info)
    except Exception:
        pass
print(time.perf_counter() - started)
`;
  const run = spawnSync('python3', ['-c', script], { input: paths.join('\n'), encoding: 'utf8' });
  return run.status === 0 ? Number(run.stdout) : undefined;
}

function sum(list, of) {
  return list.reduce((total, one) => total + of(one), 0);
}

function mb(bytes) {
  return Math.round(bytes / 1e5) / 10;
}
