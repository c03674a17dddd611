import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { BOUNDS, readJsonMembers, type ZipBounds } from '../../src/feed/zip-members.js';
import { buildZip, type ZipEntry, type ZipTricks } from '../support/archives/zip.js';

/** Reads an archive that comes in pieces of a length. @returns the records' texts by name */
async function read(
  zip: Buffer,
  { piece = 64 * 1024, ...bounds }: Partial<ZipBounds> & { piece?: number } = {},
): Promise<Record<string, string>> {
  const pieces = function* () {
    for (let at = 0; at < zip.length; at += piece) yield zip.subarray(at, at + piece);
  };
  const archive = Readable.from(pieces(), { objectMode: false });
  const found: Record<string, string> = {};
  try {
    // Long before the suite takes itself for hung.
    for await (const { name, text } of readJsonMembers(archive, {
      ...BOUNDS,
      idle: 30_000,
      ...bounds,
    }))
      found[name] = text;
  } finally {
    assert.equal(archive.destroyed, true);
  }
  return found;
}

const record = (name: string, more: Partial<ZipEntry> = {}): ZipEntry => ({
  name: `${name}.json`,
  content: JSON.stringify({ id: name, text: `${name} `.repeat(20) }),
  ...more,
});
const textOf = ({ content }: ZipEntry) => String(content);

const TWO = [record('a'), record('b')];
const BOTH = { a: textOf(TWO[0]!), b: textOf(TWO[1]!) };
/** What stands behind a member, with another checksum. */
function descriptorOf(entry: ZipEntry, crc: number): Buffer {
  const fields = [0x08074b50, crc, deflateRawSync(textOf(entry)).length, textOf(entry).length];
  return Buffer.concat(fields.map((field) => Buffer.from(Uint32Array.of(field).buffer)));
}

/** As OSV's archive is written: sizes and checksums stand behind each member. */
const LATE = TWO.map((entry): ZipEntry => ({ ...entry, descriptor: 'signed' }));

describe("the feed's archive", () => {
  it('gives its records, whatever the pieces in which it comes', async () => {
    for (const entries of [TWO, LATE])
      for (const piece of [1, 2, 3, 7, 50, 10_000])
        assert.deepEqual(await read(buildZip(entries), { piece }), BOTH);
  });

  it('gives records of zip64 archives, of stored members, of folders and beside other members', async () => {
    const entries = [
      { name: 'folder/' },
      record('folder/a', { stored: true }),
      { name: 'notes.txt', content: 'no record'.repeat(1_000) },
      record('b', { zip64: true }),
      { name: 'empty.json', content: '' },
    ];
    for (const tricks of [{}, { zip64: {} }, { comment: Buffer.from('of today') }])
      assert.deepEqual(await read(buildZip(entries, tricks)), {
        a: textOf(entries[1]!),
        b: textOf(entries[3]!),
        empty: '',
      });
  });

  it('is read to its end where it has thousands of members, and they are taken slowly', async () => {
    const entries = Array.from({ length: 3_000 }, (_, index) =>
      record(`r${index}`, index % 2 === 0 ? { descriptor: 'signed' } : {}),
    );
    const archive = Readable.from([buildZip(entries)], { objectMode: false });
    let count = 0;
    for await (const { name, text } of readJsonMembers(archive)) {
      assert.equal(text, textOf(entries[count]!));
      assert.equal(name, `r${count}`);
      if (count % 500 === 0) await new Promise(setImmediate);
      count += 1;
    }
    assert.equal(count, 3_000);
  });

  it('takes no descriptor for the end of a member whose data only look like one', async () => {
    // Noise is packed as it is, so what stands in it stands in the archive.
    const signature = Buffer.from('PK\x07\x08');
    const noise = Buffer.concat([
      signature,
      randomBytes(40),
      signature,
      randomBytes(100_000),
      signature,
    ]);
    const tricky = { name: 'tricky.json', content: noise, descriptor: 'signed' } as const;
    assert.ok(deflateRawSync(noise).includes(signature));
    for (const piece of [1_000, 64 * 1024])
      assert.deepEqual(await read(buildZip([tricky, ...LATE]), { piece }), {
        tricky: noise.toString('utf8'),
        ...BOTH,
      });
  });

  it('fails wherever it is cut off, and does not wait', async () => {
    for (const zip of [buildZip(TWO), buildZip(LATE), buildZip(TWO, { zip64: {} })])
      for (let length = 0; length < zip.length; length += 1)
        await assert.rejects(
          read(zip.subarray(0, length)),
          /truncated|is missing|end of file/,
          `${length}`,
        );
  });

  it('fails where a byte of a record is another, or says the same', async () => {
    for (const zip of [buildZip(TWO), buildZip(LATE)]) {
      const data = zip.indexOf('a.json') + 'a.json'.length;
      let failed = 0;
      for (let at = data; at < data + 30; at += 1) {
        const damaged = Buffer.from(zip);
        damaged[at]! ^= 0x55;
        const found = await read(damaged).catch(() => undefined);
        if (found === undefined) failed += 1;
        else assert.deepEqual(found, BOTH, `${at}`);
      }
      assert.ok(failed > 20, `${failed}`);
    }
  });

  const wrong: [string, RegExp, ZipEntry[], ZipTricks?][] = [
    ['is no zip', /truncated or damaged/, [], { end: { offset: 9 } }],
    ['names a record twice', /a\.json is a duplicate/, [record('a'), record('a')]],
    ['is encrypted', /is encrypted/, [record('a', { local: { flags: 1 }, central: { flags: 1 } })]],
    ['is encrypted strongly', /is encrypted/, [record('a', { local: { flags: 0x41 } })]],
    [
      'is packed by bzip2',
      /unsupported compression method/,
      [record('a', { local: { method: 12 } })],
    ],
    [
      'has stored data of unknown length',
      /unsupported compression method/,
      [record('a', { stored: true, descriptor: 'signed' })],
    ],
    ['has another checksum', /checksum does not match/, [record('a', { local: { crc: 7 } })]],
    ['has another size', /size does not match/, [record('a', { local: { inflated: 7 } })]],
    [
      'has another checksum behind a member',
      /checksum does not match/,
      [record('a', { descriptor: 'signed', after: descriptorOf(record('a'), 7) })],
    ],
    [
      'has a descriptor without a signature',
      /is missing|end of file/,
      [record('a', { descriptor: 'bare' })],
    ],
    ['hides a member from its directory', /has 2 members, not 1/, TWO, { hidden: [1] }],
    ['counts other members than it has', /has 2 members, not 3/, TWO, { end: { members: 3 } }],
    [
      'has something in front',
      /invalid signature|FILE_ENDED/,
      TWO,
      { prepend: Buffer.from('MZ..') },
    ],
    ['has something behind', /truncated or damaged/, TWO, { append: Buffer.from('more') }],
  ];
  for (const [what, why, entries, tricks] of wrong)
    it(`fails where it ${what}`, async () => {
      await assert.rejects(read(buildZip(entries, tricks)), why);
    });

  it('fails where it is more than may be: in bytes, members, one of them, or inflated', async () => {
    const zip = buildZip(TWO);
    const bomb = buildZip([{ name: 'bomb.json', content: Buffer.alloc(20 * 2 ** 20) }]);
    const others = buildZip([
      { name: 'bomb.bin', content: Buffer.alloc(20 * 2 ** 20) },
      record('a'),
    ]);
    for (const [archive, bounds, why] of [
      [zip, { archive: zip.length - 1, piece: 10 }, /archive is too large/],
      [zip, { members: 1 }, /more than 1 members/],
      [zip, { member: 20 }, /a\.json is too large/],
      [zip, { inflated: textOf(TWO[0]!).length }, /inflates to too many bytes/],
      [bomb, {}, /bomb\.json is too large/],
      [others, { inflated: 2 ** 20 }, /inflates to too many bytes/],
    ] as const)
      await assert.rejects(read(archive, bounds), why);
    const exact = { archive: zip.length, members: 2, member: textOf(TWO[0]!).length };
    assert.deepEqual(await read(zip, exact), BOTH);
    assert.equal((await read(others)).a, textOf(record('a')));
  });

  it('fails where nothing comes any more', async () => {
    const archive = new Readable({ read() {} });
    archive.push(buildZip(TWO).subarray(0, 50));
    const all = readJsonMembers(archive, { ...BOUNDS, idle: 50 });
    await assert.rejects(all.next(), /is truncated/);
    assert.equal(archive.destroyed, true);
  });

  it('fails with what its transfer fails with, and lets go of it where nobody reads on', async () => {
    const broken = Readable.from(
      (async function* () {
        yield buildZip(TWO).subarray(0, 100);
        throw new Error('reset by peer');
      })(),
    );
    await assert.rejects(async () => {
      for await (const _file of readJsonMembers(broken));
    }, /reset by peer/);
    const left = Readable.from([buildZip(TWO)], { objectMode: false });
    for await (const { name } of readJsonMembers(left)) {
      assert.equal(name, 'a');
      break;
    }
    assert.equal(left.destroyed, true);
  });
});
