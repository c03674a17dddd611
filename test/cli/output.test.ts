import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOutput } from '../../src/cli/output.js';
import { copied, HANG, padded, styled, type Words } from '../../src/cli/words.js';

/** Controls of both sets, marks that turn text around, characters without a width, line breaks of all kinds. */
const HOSTILE = [
  '\x1b[2J',
  '\x1b]0;title\x07',
  '\x9b31m',
  '\r\nBLOCK',
  '\x08\x7f',
  '\u202egnp.exe\u202c',
  '\u2066x\u2069',
  '\u200b\u200d\ufeff\u00ad',
  '\u2028\u2029\x85',
  '\u{e0001}\u{e0041}',
  '\ud800',
];
const STEERS =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e0fff}\ud800-\udfff]/u;

/** A stream that keeps what is written to it. */
class Kept {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(stream: { readonly isTTY?: boolean; readonly columns?: number } = {}) {
    this.isTTY = stream.isTTY ?? false;
    this.columns = stream.columns ?? 0;
  }

  write(more: string): void {
    this.text += more;
  }
}

function written(
  words: readonly Words[],
  stream: { readonly isTTY?: boolean; readonly columns?: number } = {},
  environment: Record<string, string> = {},
): string {
  const kept = new Kept(stream);
  createOutput(kept, kept, environment).line(...words);
  return kept.text;
}

describe('what a command writes', () => {
  it('never steers a terminal, whatever an archive, an index or a client calls a thing', () => {
    for (const hostile of HOSTILE) {
      const kept = new Kept({ isTTY: true, columns: 80 });
      const out = createOutput(kept, kept, { NO_COLOR: '1' });
      out.line('name ', hostile, styled('bad', hostile), copied(hostile));
      out.problem(`no such file: ${hostile}`);
      out.json({ [hostile]: hostile });
      assert.doesNotMatch(kept.text, STEERS, JSON.stringify(hostile));
      assert.doesNotMatch(kept.text, /^BLOCK/m);
      kept.text = '';
      out.progress(hostile);
      assert.doesNotMatch(kept.text, STEERS);
    }
  });

  it('is the same JSON for a program, however it is escaped for a terminal', () => {
    for (const hostile of HOSTILE.slice(0, -1)) {
      const kept = new Kept();
      createOutput(kept, kept, { FORCE_COLOR: '1' }).json({ [hostile]: [hostile, 'é', '汉'] });
      assert.deepEqual(JSON.parse(kept.text), { [hostile]: [hostile, 'é', '汉'] });
    }
  });

  it('shows letters of any script as they are', () => {
    assert.equal(written(['naïve 汉字 ελ']), 'naïve 汉字 ελ\n');
  });

  it('is coloured on a terminal, unless NO_COLOR says no or FORCE_COLOR says otherwise', () => {
    const terminal = { isTTY: true, columns: 80 };
    const coloured = (stream: object, environment: Record<string, string>) =>
      written([styled('bad', 'BLOCK')], stream, environment) === '\x1b[1;31mBLOCK\x1b[0m\n';
    assert.equal(coloured(terminal, {}), true);
    assert.equal(coloured(terminal, { NO_COLOR: '' }), true);
    assert.equal(coloured(terminal, { NO_COLOR: '1' }), false);
    assert.equal(coloured(terminal, { TERM: 'dumb' }), false);
    assert.equal(coloured(terminal, { FORCE_COLOR: '0' }), false);
    assert.equal(coloured({}, {}), false);
    assert.equal(coloured({}, { FORCE_COLOR: '1' }), true);
    assert.equal(coloured({}, { FORCE_COLOR: '1', NO_COLOR: '1' }), true);
  });

  it('changes its colour as often as it must, and not at each word', () => {
    const words = [styled('bad', 'two words'), ' plain'];
    const expected = '\x1b[1;31mtwo words \x1b[0mplain\n';
    assert.equal(written(words, { isTTY: true, columns: 40 }), expected);
  });

  it('is broken between words at the width of a terminal, and never in a pipe', () => {
    const words: Words[] = ['  code  ', HANG, 'one two three four five six seven eight nine ten'];
    const lines = written(words, { isTTY: true, columns: 40 }).split('\n');
    assert.deepEqual(lines, [
      '  code  one two three four five six',
      '        seven eight nine ten',
      '',
    ]);
    assert.equal(written(words), '  code  one two three four five six seven eight nine ten\n');
    const long = 'x'.repeat(60);
    assert.equal(written(['a ', long], { isTTY: true, columns: 40 }), `a\n${long}\n`);
    assert.equal(
      written([copied(`key: ${'word '.repeat(12)}end`)], { isTTY: true, columns: 40 }),
      `key: ${'word '.repeat(12)}end\n`,
    );
  });

  it('keeps every line within the columns, also of wide characters', () => {
    const text = written(['  ', '汉字 '.repeat(30)], { isTTY: true, columns: 40 });
    for (const line of text.split('\n'))
      assert.ok([...line].reduce((sum, one) => sum + (one > '\xff' ? 2 : 1), 0) <= 40, line);
    assert.equal(padded('汉', 4), '汉  ');
  });

  it('shows progress on a terminal only, cut to its width, and takes it away before the next line', () => {
    const [results, pipe] = [new Kept(), new Kept()];
    createOutput(results, pipe, {}).progress('looking');
    assert.equal(pipe.text, '');
    const terminal = new Kept({ isTTY: true, columns: 40 });
    const out = createOutput(results, terminal, {});
    out.progress('x'.repeat(100));
    out.line('done');
    assert.deepEqual([terminal.text, results.text], [`${'x'.repeat(39)}\r\x1b[K`, 'done\n']);
  });
});
