import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { Turns } from '../../../src/runtime/turns.js';
import { parseProjectPage } from '../../../src/upstream/pages/parse-page.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const SHA = 'ab'.repeat(32);
const wheel = (number: number) => `demo-${number}.0-py3-none-any.whl`;
const COUNT = 2_000;
const NAMES = Array.from({ length: COUNT }, (_, number) => wheel(number));

async function read(contentType: string, text: string) {
  const source = { body: Buffer.from(text), contentType, url: 'https://h/simple/demo/' };
  return (await parseProjectPage(source, 'demo' as ProjectName, 'pypi', new Turns())).files;
}

function json(files: readonly unknown[]): Promise<Awaited<ReturnType<typeof read>>> {
  return read(JSON_TYPE, JSON.stringify({ meta: { 'api-version': '1.1' }, files }));
}

describe('long project pages', () => {
  it('say the same in both forms', async () => {
    const fromJson = await json(
      NAMES.map((filename) => ({
        filename,
        url: `../../files/${filename}`,
        hashes: { SHA256: SHA.toUpperCase() },
        'requires-python': '>=3.9',
        yanked: 'a & b',
        'core-metadata': { sha256: SHA },
      })),
    );
    const anchors = NAMES.map(
      (name) =>
        `<a href="../../files/${name}#sha256=${SHA}" data-requires-python="&gt;=3.9" data-yanked="a &amp; b" data-core-metadata="sha256=${SHA}">${name}</a>`,
    );
    const fromHtml = await read(
      'text/html',
      `<html><body>${anchors.join('<br/>\n')}</body></html>`,
    );
    assert.equal(fromJson.length, COUNT);
    assert.ok(isDeepStrictEqual(fromHtml, fromJson), JSON.stringify([fromHtml[0], fromJson[0]]));
    assert.equal(fromJson[7]!.sha256, SHA);
    assert.equal(fromJson[7]!.name.version, '7.0');
    assert.equal(fromJson[7]!.url, `https://h/files/${wheel(7)}`);
  });

  it('keep unknown keys of a file, and leave out what is no file of theirs', async () => {
    const file = (filename: string, sha256 = SHA, more = {}) => ({
      filename,
      url: `../../files/${filename}`,
      hashes: { sha256 },
      ...more,
    });
    const files = await json([
      ...NAMES.map((name) => file(name)),
      file('other-1.0-py3-none-any.whl'),
      file('demo-x.tar.gz', SHA, { 'x-new': [1] }),
      file(wheel(1), 'cd'.repeat(32)),
      file(wheel(2)),
      { filename: wheel(COUNT + 1) },
      { filename: wheel(COUNT + 2), url: 'ftp://h/x' },
      7,
    ]);
    assert.deepEqual(
      files.map(({ filename }) => filename),
      [...NAMES, 'demo-x.tar.gz'],
    );
    assert.equal(files[1]!.sha256, undefined);
    assert.match((files[1]!.integrity as { doubt: string }).doubt, /twice, with different digests/);
    assert.deepEqual(files.at(-1)!.extra, { 'x-new': [1] });
    assert.deepEqual(files[0]!.extra, {});
  });
});
