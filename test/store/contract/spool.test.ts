import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteReader } from '../../../src/store/bytes.js';
import { DiskSpool } from '../../../src/store/disk/disk-spool.js';
import type { SpoolFile } from '../../../src/store/spool.js';
import { catches } from '../../support/contract.js';
import { SPOOL, type SpoolSubject } from './spool.js';

/** The disk's spool, whose files are changed. */
const files =
  (change: (file: SpoolFile, all: SpoolFile[]) => Partial<SpoolFile> | SpoolFile) =>
  async (): Promise<SpoolSubject> => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-spool-'));
    const below = new DiskSpool(folder);
    const all: SpoolFile[] = [];
    const readers: ByteReader[] = [];
    return {
      spool: {
        create: async () => {
          const file = await below.create();
          all.push(file);
          return inPlaceOf(file, change(file, all), readers);
        },
      },
      close: async () => {
        // A check that fails closes nothing.
        await Promise.all(readers.map((reader) => reader.close().catch(() => {})));
        await Promise.all(all.map((file) => file.discard()));
        await rm(folder, { recursive: true, force: true });
      },
    };
  };

function inPlaceOf(file: SpoolFile, changed: Partial<SpoolFile>, readers: ByteReader[]): SpoolFile {
  return {
    get path() {
      return changed.path ?? file.path;
    },
    get size() {
      return changed.size ?? file.size;
    },
    expect: (size) => file.expect(size),
    append: (pieces) => changed.append?.(pieces) ?? file.append(pieces),
    open: async () => {
      const reader = await (changed.open?.() ?? file.open());
      readers.push(reader);
      return reader;
    },
    sync: () => file.sync(),
    moved: () => (changed.moved === undefined ? file.moved() : changed.moved()),
    discard: () => changed.discard?.() ?? file.discard(),
  };
}

async function closingOnce(file: SpoolFile): Promise<ByteReader> {
  const reader = await file.open();
  let open = true;
  const close = async () => {
    if (!open) throw new Error('closed');
    open = false;
    await reader.close();
  };
  return { read: (into, start) => reader.read(into, start), close };
}

catches(
  'spools',
  SPOOL,
  files(() => ({})),
  {
    'counts nothing': files(() => ({ size: 0 })),
    'reads from the beginning always': files((file) => ({
      open: async () => {
        const reader = await file.open();
        return { read: (into) => reader.read(into, 0), close: () => reader.close() };
      },
    })),
    'closes readers once': files((file) => ({ open: () => closingOnce(file) })),
    'appends backwards': files((file) => ({
      append: (pieces) => file.append(pieces.toReversed()),
    })),
    'has one file for all': files((_file, [first]) => first!),
    'discards nothing': files(() => ({ discard: async () => {} })),
    'discards once': files((file) => {
      let there = true;
      return {
        discard: async () => {
          if (!there) throw new Error('gone');
          there = false;
          await file.discard();
        },
      };
    }),
    'discards under who reads': files((file) => ({
      discard: async () => {
        await truncate(file.path).catch(() => {});
        await file.discard();
      },
    })),
    'forgets what was moved': files(() => ({ moved: () => {} })),
    'discards what was moved': files((file) => ({
      discard: async () => {
        await rm(`${file.path}.kept`, { force: true });
        await file.discard();
      },
    })),
  },
);
