import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileReader } from '../../../src/audit/environment/file-reader.js';
import { type SitePath, sitePath } from '../../../src/audit/environment/site-path.js';

describe('the reader of an environment', () => {
  let folder: string;
  let path: SitePath;
  let reader: FileReader;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-reader-'));
    path = sitePath(join(folder, 'file'));
    reader = new FileReader();
    await writeFile(join(folder, 'file'), 'one');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads a file once, and again when it was written to', async () => {
    const first = await reader.facts(path);
    assert.deepEqual(await reader.facts(path), first);
    assert.equal(reader.digested, 1);
    await writeFile(join(folder, 'file'), 'two');
    assert.notDeepEqual(await reader.facts(path), first);
    assert.equal(reader.digested, 2);
    reader.forget();
    await reader.facts(path);
    assert.equal(reader.digested, 3);
  });

  it('does not read twice for who asks for less than is known', async () => {
    await reader.facts(path, 'sha512');
    await reader.facts(path);
    await reader.facts(path, 'sha512');
    assert.equal(reader.digested, 1);
  });

  it('says nothing of the content of a file that changes under it', async () => {
    const write = () => appendFileSync(join(folder, 'file'), '.');
    const facts = await reader.read(path, [{ write }]);
    assert.deepEqual(facts, { kind: 'unreadable', why: 'it changed while being read' });
    assert.equal((await reader.read(path, [])).kind, 'file');
  });

  it('comes to an end with a file that grows as fast as it is read', async () => {
    const write = (chunk: Buffer) =>
      appendFileSync(join(folder, 'file'), Buffer.concat([chunk, chunk]));
    assert.equal((await reader.read(path, [{ write }])).kind, 'unreadable');
  });

  it('says what is no file', async () => {
    assert.deepEqual(await reader.facts(sitePath(folder)), { kind: 'folder' });
    assert.deepEqual(await reader.facts(sitePath(join(folder, 'gone'))), { kind: 'missing' });
    assert.deepEqual(await reader.facts(sitePath('/dev/zero')), { kind: 'special' });
    await rm(join(folder, 'file'));
    assert.deepEqual(await reader.facts(path), { kind: 'missing' });
  });
});
