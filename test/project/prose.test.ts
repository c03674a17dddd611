import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openApi } from '../../src/http/openapi/document.js';
import { checker } from '../support/requirements.js';

interface Text {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface Alert {
  readonly Check: string;
  readonly Line: number;
  readonly Message: string;
}

/** What each rule catches, and how the same is said. */
const RULES: Readonly<Record<string, readonly (readonly [caught: string, twin: string])[]>> = {
  Reporting: [
    ['An administrator is told of the edit.', 'The log reports the edit.'],
    ['The page tells the reason.', 'The page shows the reason.'],
    ['It says so in the log.', 'The log reports it.'],
  ],
  FreeRelatives: [
    ['It depends on what is asked for.', 'It depends on the request.'],
    ['Whoever can write there is trusted.', 'Users with write access are trusted.'],
  ],
  Nobody: [
    ['Nobody has seen the page.', 'The page is not cached.'],
    ['There is none.', 'The list is empty.'],
    ['They list those who asked in vain.', 'They list failed requests.'],
  ],
  Who: [['It serves those who have a token.', 'It serves clients with a token.']],
  Time: [
    ['They hold what is denied by now.', 'They hold a release that is now denied.'],
    ['The file is fetched anew.', 'The file is fetched again.'],
  ],
  Place: [
    ['The reason stands in the record.', 'The record contains the reason.'],
    ['The file lies in the data folder.', 'The file is in the data folder.'],
    ['The transfer goes on.', 'The transfer continues.'],
  ],
  Verbs: [
    ['These credentials do not suffice.', 'Insufficient permissions.'],
    ['The edit was not taken over.', 'The edit was rejected.'],
    ['Mend the file.', 'Fix the file.'],
  ],
  Function: [
    ['The page is JSON, too.', 'The page is also JSON.'],
    ['It logs the name so that a search finds it.', 'It logs the name for searches.'],
  ],
  Relations: [
    ['Each of them has a name.', 'Each upstream has a name.'],
    ['It needs a port of its own.', 'It needs a separate port.'],
  ],
  If: [
    ['Where a token is set, it is required.', 'If a token is set, it is required.'],
    ['It waits, also when the index is down.', 'It waits even when the index is down.'],
  ],
  Adjectives: [
    ['The index sent an odd page.', 'The index sent an invalid page.'],
    ['It lists honest hooks.', 'It lists known-good hooks.'],
  ],
  Plurals: [['It lists 1 files.', 'It lists 1 file.']],
  Length: [
    [
      `It lists ${'names of files and '.repeat(8)}nothing.`,
      `It lists ${'names of files and '.repeat(5)}nothing.`,
    ],
  ],
  Semicolons: [
    ['It reads; it writes; it syncs; it ends.', 'It reads and writes; it syncs. It ends.'],
  ],
};

const BUFFER = 64 * 1024 * 1024;

const PROSE = ['docs', 'CHANGELOG.md', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md'];

/** Files with comments that explain settings: examples to copy, the shipped policies, and the build. */
const COMMENTED = ['policies', 'deploy', '.github', '.ci/run', 'Dockerfile'];

describe('prose', () => {
  const vale = checker('vale');
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheelgate-prose-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function alertsIn(paths: readonly string[]): (Alert & { readonly file: string })[] {
    const args = ['--config', resolve('.vale.ini'), '--output', 'JSON', '--no-exit', ...paths];
    const { stdout, stderr, error } = spawnSync(vale.found!, args, {
      encoding: 'utf8',
      maxBuffer: BUFFER,
    });
    assert.equal(error, undefined);
    assert.equal(stderr, '');
    return Object.entries(JSON.parse(stdout) as Record<string, readonly Alert[]>).flatMap(
      ([file, alerts]) => alerts.map((alert) => ({ ...alert, file })),
    );
  }

  /** Each text is a paragraph. @returns for each the rules that it breaks, and how */
  function alertsOn(texts: readonly string[]): string[][] {
    const file = join(folder, 'texts.md');
    writeFileSync(file, texts.map((text) => `${text}\n`).join('\n'));
    const found = texts.map((): string[] => []);
    for (const { Line, Check, Message } of alertsIn([file]))
      found[(Line - 1) / 2]!.push(`${Check.split('.')[1]}: ${Message}`);
    return found;
  }

  it('of the documentation follows the word list', { skip: vale.skip }, () => {
    const alerts = alertsIn(PROSE).map(
      ({ file, Line, Check, Message }) => `${file}:${Line}: ${Check}: ${Message}`,
    );
    assert.deepEqual(alerts, []);
  });

  it('of messages and help texts follows the word list', { skip: vale.skip }, () => {
    const args = ['scripts/messages.mjs', '--json'];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: BUFFER });
    const all: Text[] = JSON.parse(stdout);
    assert.ok(all.length > 1_000);
    const alerts = alertsOn(all.map(({ text }) => asMarkdown(text))).flatMap((broken, index) => {
      const { file, line, text } = all[index]!;
      return broken.map((rule) => `${file}:${line}: ${rule} in: ${text}`);
    });
    assert.deepEqual(alerts, []);
  });

  it('of the API description follows the word list', { skip: vale.skip }, () => {
    const all = [...new Set(textsOf(openApi('0')))];
    assert.ok(all.length > 200);
    const alerts = alertsOn(all.map(asMarkdown)).flatMap((broken, index) =>
      broken.map((rule) => `${rule} in: ${all[index]}`),
    );
    assert.deepEqual(alerts, []);
  });

  it('of comments in policies, examples and workflows follows the word list', {
    skip: vale.skip,
  }, () => {
    const all = COMMENTED.flatMap(commentsIn);
    assert.ok(all.length > 150);
    const alerts = alertsOn(all.map(({ text }) => asMarkdown(text))).flatMap((broken, index) => {
      const { file, line, text } = all[index]!;
      return broken.map((rule) => `${file}:${line}: ${rule} in: ${text}`);
    });
    assert.deepEqual(alerts, []);
  });

  it('has an example for every rule', () => {
    const rules = readdirSync('.vale/Wheelgate').map((name) => name.replace(/\.yml$/, ''));
    assert.deepEqual(Object.keys(RULES).toSorted(), rules.toSorted());
  });

  for (const [rule, examples] of Object.entries(RULES))
    it(`breaks the rule ${rule} in each example, and in no twin`, { skip: vale.skip }, () => {
      const broken = alertsOn(examples.map(([caught]) => caught));
      for (const [index, [caught]] of examples.entries())
        assert.ok(
          broken[index]!.some((one) => one.startsWith(`${rule}: `)),
          caught,
        );
      assert.deepEqual(alertsOn(examples.map(([, twin]) => twin)).flat(), []);
    });
});

/** The comments of a file, or of the files below a folder, that users or contributors read as documentation. */
function commentsIn(path: string): Text[] {
  if (statSync(path).isDirectory())
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isSymbolicLink() ? [] : commentsIn(join(path, entry.name)),
    );
  const found: Text[] = [];
  let paragraph: string[] = [];
  const lines = readFileSync(path, 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    // Deeper indentation, or a semicolon at the end, marks an example of code.
    const [, text] = /^\s*# ?((?! {2}|yaml-language-server|syntax=).*(?<!;))$/.exec(line) ?? [];
    if (text !== undefined && text !== '') paragraph.push(text);
    else if (paragraph.length > 0) {
      found.push({ file: path, line: index, text: paragraph.join(' ') });
      paragraph = [];
    }
  }
  return found;
}

/** The summaries and descriptions of an OpenAPI document. Most are comments on the types of responses. */
function textsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'string' && ['description', 'summary'].includes(key)
      ? [member]
      : textsOf(member),
  );
}

/** A message is no Markdown: what would be markup in it is a letter. */
function asMarkdown(text: string): string {
  return (
    text
      .replace(/\s+/g, ' ')
      .replace(/[<>`*_#|[\]\\~]/g, ' ')
      .replace(/^[\s\-+>=\d.)]+/, '')
      .trim() || 'none'
  );
}
