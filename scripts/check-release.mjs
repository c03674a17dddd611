// Checks that a tag may become a release: node scripts/check-release.mjs TAG REPOSITORY-URL
// Prints every problem on a separate line; then the exit code is 1.
import { readFileSync } from 'node:fs';
import { notesOf } from './changelog.mjs';
import { appVersion, CHART } from './chart-version.mjs';

const [tag = '', repository = ''] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const problems = [];

const { name, version } = manifest;
if (tag !== `v${version}`)
  problems.push(`the tag is ${tag}, and package.json has the version ${version}`);
for (const locked of [lock, lock.packages['']])
  if (locked.name !== name || locked.version !== version)
    problems.push(
      `package-lock.json is of ${locked.name} ${locked.version}: npm install --package-lock-only`,
    );
if (notesOf(readFileSync('CHANGELOG.md', 'utf8'), version) === undefined)
  problems.push(
    `CHANGELOG.md says nothing of ${version}: node scripts/changelog.mjs cut ${version}`,
  );
const chart = appVersion(readFileSync(CHART, 'utf8'));
if (chart !== version)
  problems.push(`${CHART} installs ${chart}: node scripts/chart-version.mjs ${version}`);
// npm compares it with the repository in the provenance, and rejects a package of another.
const url = manifest.repository?.url ?? '';
if (url.replace(/^git\+/, '').replace(/\.git$/, '') !== repository)
  problems.push(`"repository" of package.json is not ${repository}, where the release is made`);

for (const problem of new Set(problems)) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
