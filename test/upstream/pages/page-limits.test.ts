import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../../src/domain/failure.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { Turns } from '../../../src/runtime/turns.js';
import { parseProjectPage } from '../../../src/upstream/pages/parse-page.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const FILE = '{"filename":"demo-1.0.tar.gz","url":"demo-1.0.tar.gz"}';

async function read(contentType: string, text: string) {
  const source = { body: Buffer.from(text), contentType, url: 'https://h/simple/demo/' };
  return (await parseProjectPage(source, 'demo' as ProjectName, 'pypi', new Turns())).files;
}

function refused(text: string, why: RegExp): Promise<void> {
  return assert.rejects(
    read(JSON_TYPE, text),
    (error) =>
      error instanceof Failure && error.kind === 'upstream-broken' && why.test(error.message),
  );
}

const page = (files: string, more = '') => `{"meta":{},"files":[${files}]${more}}`;
/** What a careless reader takes the square of a page's length for: n of each, with an honest link behind. */
const SHAPES: Readonly<Record<string, (n: number) => string>> = {
  'tags that are opened and others that are closed': (n) => '<b>'.repeat(n) + '</i>'.repeat(n),
  'nested elements': (n) => '<div>'.repeat(n) + '</div>'.repeat(n),
  'forms and paragraphs': (n) => '<form><p>'.repeat(n) + '</li></p>'.repeat(n),
  'elements of SVG': (n) => '<svg><foreignObject>'.repeat(n) + '</foreignobject>'.repeat(n),
  'links that nobody closes': (n) => '<a href=x>'.repeat(n),
  'links around one another': (n) => '<a href=x><b>y'.repeat(n) + '</b></a>'.repeat(n),
  attributes: (n) => `<a ${Array.from({ length: n }, (_, at) => `x${at}=1`).join(' ')}>`,
  'an attribute many times': (n) => `<a ${'href=x '.repeat(n)}>`,
  'an attribute that does not end': (n) => `<a href='${'x&amp;'.repeat(n)}`,
  'a name that does not end': (n) => `<${'a'.repeat(n)}`,
  'comments that do not end': (n) => '<!--'.repeat(n),
  'ends of comments': (n) => `<!--${'--'.repeat(n)}`,
  'sections that do not end': (n) => '<![CDATA[ ]]'.repeat(n),
  'declarations that do not end': (n) => '<!d'.repeat(n),
  entities: (n) => `<a href="x">${'&amp;&nosuch;&#x41;&'.repeat(n)}`,
  'an entity that does not end': (n) => `<a href="&#${'0'.repeat(n)}">`,
  bases: (n) => '<base href="/x/">'.repeat(n),
  'scripts that do not end': (n) => `<script>${'</scrip'.repeat(n)}`,
  'titles that do not end': (n) => `<title>${'&amp;</titl'.repeat(n)}`,
  'white space': (n) => `<a href="${' '.repeat(n)}" ${' '.repeat(n)}>${' '.repeat(n)}</a>`,
  digests: (n) => `<a href="demo-1.0.tar.gz#${'sha256=x&'.repeat(n)}">`,
};

/** Milliseconds of CPU, the least of some. */
async function cost(text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round += 1) {
    const before = process.cpuUsage();
    await read('text/html', text);
    const { user } = process.cpuUsage(before);
    least = Math.min(least, user / 1_000);
  }
  return least;
}

describe('HTML pages', () => {
  for (const [shape, text] of Object.entries(SHAPES))
    it(`take no more than their length, whatever they are made of: ${shape}`, async () => {
      const small = await cost(text(2_000));
      const large = await cost(text(16_000));
      // Eight times the length: the square would be 64 times.
      assert.ok(large < 24 * Math.max(small, 2), `${small} ms became ${large} ms`);
    });

  it('list the links that nobody closes, and those within anything', async () => {
    const files = await read(
      'text/html',
      '<div><a href="demo-1.0.tar.gz">x<a href="demo-2.0.tar.gz"><b>y</i></div><a href="demo-3.0.tar.gz">',
    );
    assert.deepEqual(
      files.map(({ filename }) => filename),
      ['demo-1.0.tar.gz', 'demo-2.0.tar.gz', 'demo-3.0.tar.gz'],
    );
  });

  it('are read the same wherever the pieces end that they are read in', async () => {
    const link = '<a href="demo-1.0.tar.gz#sha256=&#97;b" data-yanked="a &amp; b">demo</a>';
    const whole = await read('text/html', link);
    assert.equal(whole[0]!.yanked, 'a & b');
    for (let at = 0; at <= link.length; at += 1) {
      const before = `<!--${' '.repeat(32 * 1024 - '<!---->'.length - at)}-->`;
      assert.deepEqual(await read('text/html', before + link), whole);
    }
  });
});

describe('JSON pages', () => {
  it('with too many files are refused, and say so', async () => {
    const file = (at: number) => `{"filename":"demo-${at}.tar.gz","url":"x"}`;
    const files = (count: number) => Array.from({ length: count }, (_, at) => file(at)).join();
    assert.equal((await read(JSON_TYPE, page(files(100_000)))).length, 100_000);
    await refused(page(files(100_001)), /lists more than 100000 files/);
  });

  it('that are nested absurdly deep are refused, at each place where there may be anything', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const inFile = (depth: number) => page(`${FILE.slice(0, -1)},"x":${nested(depth)}}`);
    const inPage = (depth: number) => page(FILE, `,"x":${nested(depth)}`);
    const inMeta = (depth: number) => `{"files":[${FILE}],"meta":{"x":${nested(depth)}}}`;
    for (const place of [inFile, inPage, inMeta]) {
      assert.equal((await read(JSON_TYPE, place(20))).length, 1);
      await refused(place(5_000), /nested too deeply/);
      await refused(place(1_000_000), /nested too deeply|cannot be read/);
    }
  });

  it('that would grow in memory beyond all measure are refused, and their small twins are not', async () => {
    const objects = (count: number) => Array<string>(count).fill('{}').join();
    const keys = (count: number) => Array.from({ length: count }, (_, at) => `"k${at}":0`).join();
    const shapes = [
      (count: number) => page(`${FILE.slice(0, -1)},"x":[${objects(count)}]}`),
      (count: number) => page(FILE, `,"x":[${objects(count)}]`),
      (count: number) => page(FILE, `,${keys(count)}`),
      (count: number) => page(`${FILE.slice(0, -1)},${keys(count)}}`),
    ];
    for (const shape of shapes) {
      assert.equal((await read(JSON_TYPE, shape(1_000))).length, 1);
      await refused(
        shape(700_000),
        /contains too much data other than files|too large and cannot be parsed in parts/,
      );
    }
  });

  it('that do not come apart are refused where they are long', async () => {
    const long = 'x'.repeat(5 * 2 ** 20);
    await refused(page(`${FILE.slice(0, -1)},"x":"${long}"}`), /cannot be parsed in parts/);
    await refused(`{"x":"${long}","files":[${FILE}]}`, /cannot be parsed in parts/);
    await refused(page(FILE, `,"x":"${long}"`), /cannot be parsed in parts/);
    const short = 'x'.repeat(2 ** 20);
    assert.equal((await read(JSON_TYPE, page(FILE, `,"x":"${short}"`))).length, 1);
  });
});
