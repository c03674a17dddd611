import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

/** Every text of the project that people read: pages, and sources with their comments. */
function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => ending.test(path));
}

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...filesUnder('docs', /\.md$/),
];
const SOURCES = [...filesUnder('src', /\.ts$/), ...filesUnder('test', /\.ts$/)];

/** As GitHub makes the fragment of a heading. */
function fragmentOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function fragmentsOf(page: string): Set<string> {
  const text = readFileSync(page, 'utf8');
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => fragmentOf(heading!)));
}

describe('the pages of the project', () => {
  it('have no link to a file or a heading that is not there', () => {
    const broken: string[] = [];
    for (const page of PAGES)
      for (const [, target = '', fragment] of readFileSync(page, 'utf8').matchAll(
        /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g,
      )) {
        const file = target === '' ? page : join(dirname(page), target);
        const sound =
          existsSync(file) && (fragment === undefined || fragmentsOf(file).has(fragment));
        if (!sound)
          broken.push(`${page}: ${target}${fragment === undefined ? '' : `#${fragment}`}`);
      }
    assert.deepEqual(broken, []);
  });

  it('name no file of src or test that is not there', () => {
    const wrong: string[] = [];
    for (const page of PAGES.filter((name) => name !== 'CHANGELOG.md'))
      for (const [, path] of readFileSync(page, 'utf8').matchAll(
        /`((?:src|test|scripts|bench|deploy|policies|schema)\/[\w./-]+)`/g,
      ))
        if (!existsSync(path!)) wrong.push(`${page}: ${path}`);
    assert.deepEqual(wrong, []);
  });

  it('are there where a comment refers to one', () => {
    const wrong: string[] = [];
    for (const source of SOURCES)
      for (const [, page] of readFileSync(source, 'utf8').matchAll(
        /(?<![\w/])(docs\/[\w/-]+\.md)\b/g,
      ))
        if (!existsSync(page!)) wrong.push(`${source}: ${page}`);
    assert.deepEqual(wrong, []);
  });

  it('are all that comments refer to: a design that is not in the repository is none', () => {
    const words = /\bdesign(?:,| page| section| document)/i;
    const wrong = SOURCES.filter(
      (source) =>
        !source.endsWith('documentation.test.ts') && words.test(readFileSync(source, 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });
});

describe('docs/invariants.md', () => {
  it('names for each invariant tests that are there', () => {
    const sections = readFileSync('docs/invariants.md', 'utf8').split(/^## /m).slice(1);
    assert.equal(sections.length, 11);
    for (const section of sections) {
      const [heading] = section.split('\n', 1);
      const tests = [...section.matchAll(/^- `(test\/[\w./-]+)`: (.+)$/gm)];
      assert.ok(tests.length > 0, `${heading}: no test`);
      for (const [, file, title] of tests)
        assert.ok(readFileSync(file!, 'utf8').includes(title!), `${file}: no test "${title}"`);
    }
  });
});

describe('docs/decisions/README.md', () => {
  it('lists every decision with its title, a date and a status, in order', () => {
    const rows = [
      ...readFileSync('docs/decisions/README.md', 'utf8').matchAll(
        /^\| \[(\d{4})\]\((\1-[\w-]+\.md)\) \| (.+?) \| \d{4}-\d\d-\d\d \| (?:in force|replaced by).*? \|$/gm,
      ),
    ].map(([, , file, title]) => [file, title]);
    const decisions = readdirSync('docs/decisions')
      .filter((name) => /^\d{4}-/.test(name))
      .sort()
      .map((name) => {
        const [heading] = readFileSync(join('docs/decisions', name), 'utf8').split('\n', 1);
        return [name, heading!.replace(/^# /, '')];
      });
    assert.deepEqual(rows, decisions);
  });
});
