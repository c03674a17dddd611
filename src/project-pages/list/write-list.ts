import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createBrotliCompress, createGzip, gunzip } from 'node:zlib';
import { type ProjectGlob, ProjectSet } from '../../domain/project-glob.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { PageForm } from '../project-pages.js';
import { renderList } from './render-list.js';
import { merge } from './sorted-names.js';

const unpack = promisify(gunzip);

/** The names of all indexes, in the order in which these are asked, and where the lists are to be written. */
export interface ListToWrite {
  readonly indexes: readonly {
    /** The output of `readList`; absent if the index has no list. */
    readonly names: string | undefined;
    readonly claims: readonly ProjectGlob[];
  }[];
  readonly folder: string;
  /** Prefix of the file names. */
  readonly prefix: string;
}

/** A list in one form, packed in two ways. */
export interface WrittenList {
  /** Digest of its text, so it only changes with the text. */
  readonly digest: string;
  /** Bytes of its text, and of the files. */
  readonly size: { readonly identity: number; readonly gzip: number; readonly br: number };
  readonly files: { readonly gzip: string; readonly br: string };
}

export type WrittenLists = Readonly<Record<PageForm, WrittenList>>;

/**
 * Joins the lists of all indexes. An index with claims contributes only the claimed names, and no other index
 * contributes those.
 */
export async function writeLists({ indexes, folder, prefix }: ListToWrite): Promise<WrittenLists> {
  const claims = indexes.map((index) => new ProjectSet(index.claims));
  const texts: string[] = [];
  for (const { names } of indexes)
    texts.push(names === undefined ? '' : (await unpack(await readFile(names))).toString('latin1'));
  const mayHave = (at: number, name: string): boolean => {
    const own = claims[at]!.has(name as ProjectName);
    const isClaimed = own || claims.some((one) => one.has(name as ProjectName));
    return (isClaimed || indexes[at]!.claims.length > 0) === own;
  };
  const write = (form: PageForm) =>
    writeList(renderList(form, merge(texts, mayHave)), join(folder, `${prefix}.${form}`));
  return { html: await write('html'), json: await write('json') };
}

async function writeList(pieces: Iterable<string>, path: string): Promise<WrittenList> {
  const hash = createHash('sha256');
  const gzip = createGzip({ level: 6 });
  // A window of 1 MiB: a larger one saves little on sorted names, and takes a multiple of that in memory.
  const br = createBrotliCompress({
    params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 20 },
  });
  const files = { gzip: `${path}.gz`, br: `${path}.br` };
  const outputs = { gzip: createWriteStream(files.gzip), br: createWriteStream(files.br) };
  const written = Promise.all([pipeline(gzip, outputs.gzip), pipeline(br, outputs.br)]);
  // Awaited below; until then, the writer receives its failure.
  written.catch(() => {});
  let size = 0;
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    hash.update(bytes);
    size += bytes.length;
    for (const packer of [gzip, br])
      if (!packer.write(bytes)) await Promise.race([once(packer, 'drain'), written]);
  }
  gzip.end();
  br.end();
  await written;
  return {
    digest: hash.digest('base64url').slice(0, 27),
    size: { identity: size, gzip: outputs.gzip.bytesWritten, br: outputs.br.bytesWritten },
    files,
  };
}
