import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sayingOnly } from '../support/messages.js';
import { MESSAGES } from './quotations/messages.js';
import { type Quotation, quotationsIn } from './quotations/quotations.js';

const CLIENTS = 'docs/client-says.md';
/** Decisions and the changelog are history. */
const PAGES = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !name.startsWith('docs/decisions/')),
];

const QUOTATIONS = PAGES.flatMap((page) => quotationsIn(page, readFileSync(page, 'utf8')));

/** What a client says around our words. `…` at the end of a quotation may leave out the client's. */
const AROUND = [
  /403 Client Error: (.+?)(?: for url:? .+)?$/,
  /Client error '403 (.+?)'(?: for url .+)?$/,
  /Server message: (.+)$/,
  / was yanked \(reason: (.+)\)$/,
];

/** Our words in a quotation; all of it where no client says it. */
function oursIn(text: string): string {
  for (const around of AROUND) {
    const found = around.exec(text);
    if (found !== null) return found[1]!;
  }
  return text;
}

/** Words that are not ours: the column "message" of `docs/client-says.md`, but for what it quotes of us. */
const THEIRS = new Set(
  QUOTATIONS.filter(
    ({ page, column, text }) =>
      page === CLIENTS && column === 0 && oursIn(text) === text && !/Wheelgate/.test(text),
  ).map(({ text }) => text),
);

const OURS = QUOTATIONS.filter(({ text }) => !THEIRS.has(text));

/** The messages that a quotation may be: `…` stands for what it leaves out. */
function messagesIn({ text }: Quotation): readonly string[] {
  const quoted = sayingOnly(oursIn(text));
  return MESSAGES.filter((message) => quoted.test(message));
}

const named = ({ page, line, text }: Quotation): string => `${page}:${line}: ${text}`;

describe('what the documentation quotes', () => {
  it('is found on the pages, of clients and of us', () => {
    assert.ok(THEIRS.size > 5);
    for (const page of ['README.md', CLIENTS, 'docs/errors.md', 'docs/fleet.md'])
      assert.ok(
        OURS.some((one) => one.page === page),
        page,
      );
  });

  it('is a message in the words that it has today', () => {
    const stale = OURS.filter((one) => messagesIn(one).length === 0);
    assert.deepEqual(stale.map(named), []);
  });

  it('is all that is listed as quoted', () => {
    const quoted = new Set(OURS.flatMap(messagesIn));
    assert.deepEqual(
      MESSAGES.filter((message) => !quoted.has(message)),
      [],
    );
  });
});

describe('a quotation', () => {
  const page = [
    'Run `wheelgate explain P`. It prints `a line of',
    'a.pth` and `too few`.',
    '',
    '| message | cause |',
    '| --- | --- |',
    '| `no such file here` | see `docs/errors.md` |',
    '',
    '```text',
    '$ pip install a b c',
    'ERROR: 403 refused,',
    '    and why',
    '  startup-hook  a line of it',
    '```',
    '',
    '    { "title": "Not found" }',
  ].join('\n');

  it('is a code span of three words that is no command, a line of an output, or a title', () => {
    assert.deepEqual(
      quotationsIn('p.md', page).map(({ line, column, text }) => [line, column, text]),
      [
        [1, undefined, 'a line of a.pth'],
        [6, 0, 'no such file here'],
        [10, undefined, 'ERROR: 403 refused, and why'],
        [12, undefined, 'a line of it'],
        [15, undefined, 'Not found'],
      ],
    );
  });
});
