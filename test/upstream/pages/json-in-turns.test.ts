import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Turns } from '../../../src/runtime/turns.js';
import { parseJsonInTurns } from '../../../src/upstream/pages/json-in-turns.js';

const parse = (text: string) => parseJsonInTurns(text, new Turns(), (file) => file);

/** What a parser makes of a text: its value with the order of its keys, or the kind and the words of its error. */
async function outcome(parser: (text: string) => unknown, text: string): Promise<string> {
  try {
    return JSON.stringify(await parser(text));
  } catch (error) {
    return String(error);
  }
}

async function assertSame(text: string): Promise<void> {
  assert.equal(await outcome(parse, text), await outcome(JSON.parse, text));
}

/** Text in which a careless reader finds ends of elements, of lists and of the document. */
const tricky = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '},{',
    '}],"',
    '"files":[{',
    '\\',
    '"',
    '\\"},{',
    '}',
    ']',
    '\u2028',
    '{"files":[{}]}',
  ),
);
const plain = fc.oneof(tricky, fc.integer(), fc.boolean(), fc.constant(null));
const key = fc.oneof(fc.constantFrom('filename', 'url', 'files', '__proto__', 'x'), tricky);
const file = fc.dictionary(
  key,
  fc.oneof(plain, fc.array(plain), fc.array(fc.dictionary(key, plain)), fc.dictionary(key, plain)),
  { maxKeys: 5 },
);
const members = fc.array(
  fc.tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant('files') }, { weight: 2, arbitrary: key }),
    fc.oneof(
      { weight: 3, arbitrary: fc.array(file, { maxLength: 6 }) },
      { weight: 1, arbitrary: plain },
    ),
  ),
  { maxLength: 4 },
);

/** A page's text, written by hand: keys may stand there twice, and the list of files is made long by repetition. */
const pages = fc
  .record({
    members,
    repeat: fc.constantFrom(1, 3_000),
    space: fc.constantFrom('', ' ', '\n\t  '),
    filler: fc.constantFrom('', 'é', '},{', '"'),
  })
  .map(({ members, repeat, space, filler }) => {
    const long = JSON.stringify({ filename: `${filler}${'a'.repeat(90)}` });
    const write = (value: unknown) => {
      if (!Array.isArray(value)) return JSON.stringify(value);
      const elements = value.map((element) => JSON.stringify(element));
      const fillers = elements.length > 1 ? Array<string>(repeat).fill(long) : [];
      return `[${[...elements.slice(0, 1), ...fillers, ...elements.slice(1)].join(`${space},${space}`)}${space}]`;
    };
    const parts = members.map(([name, value]) => `${JSON.stringify(name)}${space}:${write(value)}`);
    return `{${parts.join(`,${space}`)}}`;
  });

describe('JSON in turns', () => {
  it('is what JSON.parse makes of it, whatever stands in a page', async () => {
    await fc.assert(fc.asyncProperty(pages, assertSame), { numRuns: 150 });
  });

  it('is what JSON.parse makes of it, whatever is damaged', async () => {
    const damaged = fc
      .tuple(
        pages,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat({ max: 3 }),
        fc.oneof(tricky, fc.constantFrom(',', '[', '{', ':', ' ')),
      )
      .map(([text, where, cut, insert]) => {
        const at = Math.floor(where * text.length);
        return text.slice(0, at) + insert + text.slice(at + cut);
      });
    await fc.assert(fc.asyncProperty(damaged, assertSame), { numRuns: 150 });
  });

  it('takes no other space for white space than JSON.parse does, wherever it stands', async () => {
    const file = JSON.stringify({ filename: 'a'.repeat(100) });
    const files = [file, ',', Array<string>(700).fill(file).join(), ',', '{}'];
    const start = ['{', '"x"', ':', '1', ',', '"files"', ':', '[', ...files, ']'];
    const pages = [
      [...start, '}'],
      [...start, ',', '"y"', ':', '[', ']', '}'],
    ];
    for (const space of [
      ' ',
      '\t',
      '\n',
      '\r',
      '\f',
      '\v',
      '\u0085',
      '\u00a0',
      '\u2028',
      '\u3000',
      '\ufeff',
    ])
      for (const page of pages)
        for (let at = 0; at <= page.length; at += 1)
          await assertSame([...page.slice(0, at), space, ...page.slice(at)].join(''));
  });

  it('is what JSON.parse makes of long pages of odd shapes', async () => {
    const file = JSON.stringify({ filename: 'a'.repeat(100), hashes: { sha256: 'b' } });
    const files = Array<string>(4_000).fill(file).join();
    const nested = `{"x":[${Array<string>(20).fill('{"a":1},{"b":[{}]}').join()}],"y":"${'z'.repeat(100)}"}`;
    for (const text of [
      `{"files":[${files}],"files":[{"a":1},{"b":2}]}`,
      `{"files":[{"a":1}],"files":[${files}]}`,
      `{"files":[${files}],"x":1,"x":2,"name":"demo"}`,
      `{"x":1,"files":[${files}],"x":{"y":[{}]}}`,
      `{"files":[${files}],"fi\\u006ces":[]}`,
      `{"x":{"files":[${files}]},"files":[{}]}`,
      `{"x":"\\"files\\":[{","files":[${files}]}`,
      `{"files":[${files},]}`,
      `{"files":[${files}],}`,
      `{"files":[${files}]},`,
      `{"files":[${files}]`,
      `{"files":[${files}}`,
      `{"files":[${files} ${file}]}`,
      `{"files":[${files},7,null,"},{",[{}]]}`,
      `{"files":[7,${files}]}`,
      `\ufeff{"files":[${files}]}`,
      `[${files}]`,
      `{"files":[${Array<string>(400).fill(nested).join()}],"versions":["1"]}`,
      `{"files":[${`${nested}${' '.repeat(50_000)},`.repeat(9)}${nested}]}`,
      `{"files":[${files}],"x":[${'[],'.repeat(2_000)}{}]}`,
      `{"__proto__":{"a":1},"files":[${files}],"__proto__":{"b":2}}`,
    ])
      await assertSame(text);
  });

  it('lets others have their turn on a long page, and waits for nobody on a short one', async () => {
    const text = JSON.stringify({ files: Array(60_000).fill({ filename: 'a'.repeat(100) }) });
    let turns = 0;
    const count = () => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await parse(text);
    clearImmediate(immediate);
    assert.ok(turns >= 2, `${turns} turns`);

    let turned = false;
    const one = setImmediate(() => {
      turned = true;
    });
    await parse('{"files":[{}]}');
    clearImmediate(one);
    assert.equal(turned, false);
  });
});
