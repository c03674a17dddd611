import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ByteReader } from '../../../src/store/bytes.js';
import type { Spool } from '../../../src/store/spool.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface SpoolSubject extends Subject {
  readonly spool: Spool;
}

async function text(reader: ByteReader, start = 0): Promise<string> {
  const buffer = Buffer.alloc(100);
  const read = await reader.read(buffer, start);
  return buffer.toString('utf8', 0, read);
}

export const SPOOL: Contract<SpoolSubject> = {
  'what was appended can be read at once, from anywhere, while more comes in': async ({
    spool,
  }) => {
    const file = await spool.create();
    const reader = await file.open();
    assert.equal(await text(reader), '');
    await file.append([Buffer.from('one '), Buffer.alloc(0), Buffer.from('two ')]);
    assert.equal(file.size, 8);
    assert.equal(await text(reader), 'one two ');
    await file.append([Buffer.from('three')]);
    assert.equal(file.size, 13);
    assert.equal(await text(reader, 4), 'two three');
    assert.equal(await text(reader, 13), '');
    await reader.close();
    await reader.close();
    await file.discard();
  },

  'many pieces are appended in their order': async ({ spool }) => {
    const file = await spool.create(1_000_000);
    const pieces = Array.from({ length: 3_000 }, (_, index) => Buffer.from(`${index};`));
    await file.append(pieces);
    await file.append(pieces);
    const whole = Buffer.concat([...pieces, ...pieces]);
    assert.equal(file.size, whole.length);
    await file.sync();
    assert.ok(whole.equals(await readFile(file.path)));
    await file.discard();
  },

  'several files are kept apart, however many begin at once': async ({ spool }) => {
    const files = await Promise.all(Array.from({ length: 20 }, () => spool.create()));
    await Promise.all(files.map((file, index) => file.append([Buffer.from(`file ${index}`)])));
    for (const [index, file] of files.entries()) {
      const reader = await file.open();
      assert.equal(await text(reader), `file ${index}`);
      await reader.close();
    }
    assert.equal(new Set(files.map(({ path }) => path)).size, files.length);
    await Promise.all(files.map((file) => file.discard()));
  },

  'what is discarded is gone, but for who has it open; discarding it twice is harmless': async ({
    spool,
  }) => {
    const [file, other] = [await spool.create(), await spool.create()];
    await file.append([Buffer.from('going')]);
    await other.append([Buffer.from('staying')]);
    const reader = await file.open();
    await file.discard();
    await file.discard();
    assert.equal(existsSync(file.path), false);
    assert.equal(await text(reader), 'going');
    await reader.close();
    const left = await other.open();
    assert.equal(await text(left), 'staying');
    await left.close();
    await other.discard();
  },

  'a file that was moved away stays there, whatever becomes of the spool file': async ({
    spool,
  }) => {
    const file = await spool.create();
    await file.append([Buffer.from('kept')]);
    const kept = `${file.path}.kept`;
    await rename(file.path, kept);
    await file.discard();
    assert.equal(await readFile(kept, 'utf8'), 'kept');
    await rm(kept);
  },

  'a file that a store says it has moved is not looked for again': async ({ spool }) => {
    const file = await spool.create();
    const { path } = file;
    await rename(path, `${path}.kept`);
    file.moved();
    // Whatever has that name by now is another's.
    await writeFile(path, 'another');
    await file.discard();
    assert.equal(await readFile(path, 'utf8'), 'another');
    await Promise.all([rm(path), rm(`${path}.kept`)]);
  },
};

export function spoolContract(
  name: string,
  make: () => SpoolSubject | Promise<SpoolSubject>,
): void {
  keeps(name, SPOOL, make);
}
