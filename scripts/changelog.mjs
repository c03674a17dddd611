// Reads and cuts the releases of CHANGELOG.md.
//   node scripts/changelog.mjs notes VERSION        prints the notes of a release
//   node scripts/changelog.mjs cut VERSION [DATE]   turns the unreleased notes into a release, by default of today
// `npm version` runs the latter for the version that it sets.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const UNRELEASED = '## Unreleased';
const VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/**
 * The notes for a release, without its heading.
 * @returns {string | undefined} undefined if there is no such release, or it has no notes
 */
export function notesOf(changelog, version) {
  const sections = changelog.split(/^(?=## )/m);
  const own = sections.find((section) => section.match(/^## (\S+)/)?.[1] === version);
  const notes = own?.slice(own.indexOf('\n')).trim();
  return notes || undefined;
}

/**
 * Turns the unreleased notes into a release.
 * @param {string} date as in 2027-01-31
 * @throws if there are no unreleased notes, or the release already exists
 */
export function cut(changelog, version, date) {
  if (!VERSION.test(version)) throw new Error(`not a version: ${version}`);
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new Error(`not a day: ${date}`);
  if (notesOf(changelog, version) !== undefined) throw new Error(`${version} is there already`);
  if (notesOf(changelog, 'Unreleased') === undefined) throw new Error('nothing is unreleased');
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## ${version} - ${date}`);
}

const { npm_package_version: current = '' } = process.env;
const today = new Date().toISOString().slice(0, 10);

function run([what, version = current, date = today]) {
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  if (what === 'cut') {
    writeFileSync('CHANGELOG.md', cut(changelog, version, date));
    return;
  }
  const notes = what === 'notes' ? notesOf(changelog, version) : undefined;
  if (notes === undefined) throw new Error(`CHANGELOG.md says nothing of ${version}`);
  console.log(notes);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    run(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
