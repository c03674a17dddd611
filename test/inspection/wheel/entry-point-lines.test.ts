import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readScriptNames } from '../../../src/inspection/wheel/entry-point-lines.js';
import { findPythons } from '../../support/python/pythons.js';
import { readScriptsWithPython } from '../../support/python/script-readings.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 4000);
const SEED = Number(process.env.FUZZ_SEED ?? 829);

const HONEST = [
  '[console_scripts]',
  '[gui_scripts]',
  '[other.group]',
  'demo = demo:run',
  'py.test=demo.a:b.c [x]',
  'other = demo',
  '# comment',
  '',
];
const ODD = [
  '[ console_scripts ]',
  '[[console_scripts]]',
  '[console_scripts',
  '[DEFAULT]',
  ';demo2 = demo:run',
  'a b = demo:run',
  'a : b = demo:run',
  'goes on',
];
const TOKENS = [
  ...['[', ']', '=', ':', '#', ';', ' ', '\t', '%', '.', '-', '/', 'a', 'x:y', 'console_scripts'],
  ...[
    '\n',
    '\r',
    '\r\n',
    '\v',
    '\f',
    '\x1c',
    '\x1f',
    '\x85',
    '\u00a0',
    '\u2028',
    '\u3000',
    '\ufeff',
  ],
];

/** An `entry_points.txt` that is nearly honest. */
const TEXTS = fc
  .tuple(
    fc.array(
      fc.record({
        indent: fc.constantFrom('', '', '', '', '  ', '    ', '\t'),
        line: fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom(...HONEST) },
          { weight: 1, arbitrary: fc.constantFrom(...ODD) },
        ),
      }),
      { minLength: 1, maxLength: 7 },
    ),
    fc.array(fc.record({ at: fc.nat(), token: fc.constantFrom(...TOKENS) }), { maxLength: 2 }),
    fc.constantFrom('\n', '\n', '\r\n'),
  )
  .map(([lines, changes, end]) => {
    let text = lines.map(({ indent, line }) => `${indent}${line}${end}`).join('');
    for (const { at, token } of changes) {
      const place = at % (text.length + 1);
      text = text.slice(0, place) + token + text.slice(place);
    }
    return text;
  });

describe('the scripts of entry_points.txt', () => {
  const [python] = findPythons().filter(({ version }) => version !== '3.8' && version !== '3.9');
  it('are to every reader what they are to us, where nothing is in doubt', {
    skip: python === undefined && 'there is no Python',
  }, () => {
    const texts = [...new Set(fc.sample(TEXTS, { numRuns: RUNS, seed: SEED }))];
    const ours = texts.map((text) => readScriptNames(Buffer.from(text)));
    const clear = texts.flatMap((text, i) => {
      const { names, outside, doubts } = ours[i]!;
      return doubts.length + outside.length === 0 ? [{ text, names: [...names].sort() }] : [];
    });
    assert.ok(
      clear.length > texts.length / 20,
      `only ${clear.length} of ${texts.length} are clear`,
    );
    assert.ok(clear.filter(({ names }) => names.length > 0).length > 50);
    const readings = readScriptsWithPython(
      python!,
      clear.map(({ text }) => text),
    );
    for (const reader of readings[0]!.keys())
      assert.ok(
        readings.filter((each) => each[reader]?.length).length > 20,
        `reader ${reader} fails`,
      );
    for (const [i, { text, names }] of clear.entries())
      for (const reading of readings[i]!)
        if (reading !== undefined) assert.deepEqual(reading, names, JSON.stringify(text));
  });
});
