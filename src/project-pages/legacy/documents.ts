import { createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../domain/failure.js';
import { askOnce } from '../../runtime/threads/thread.js';
import { temporaryName } from '../../store/disk/temporary-name.js';
import { fileUrl } from '../file-url.js';
import type { JudgedPage } from '../judged-page.js';
import { FilesByName, judgedFiles } from './judged-files.js';
import { rewriteLegacyJson } from './legacy-json.js';
import type { DocumentToRewrite } from './rewrite-thread.js';

/** A document of PyPI's JSON API as received, with the changes to apply. */
export interface LegacyDocument {
  readonly body: AsyncIterable<Uint8Array>;
  /** Called once the document has arrived, so that it reflects the latest refusals. */
  readonly judged: () => Promise<JudgedPage>;
  readonly whole: boolean;
  /** How the client reaches us. */
  readonly base: string;
}

/** Ready to send; the caller reads it to its end, or destroys it. */
export interface RewrittenDocument {
  readonly size: number;
  readonly body: Readable;
}

/** The longest that is taken, in bytes: the largest project has some 40 MB. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Longer documents are processed on disk, in a thread. */
const LONG = 512 * 1024;
const SETTINGS = {
  program: new URL('./rewrite-thread.js', import.meta.url),
  limits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 },
  isBackground: true,
};
/** In milliseconds. */
const PATIENCE = 60_000;

/**
 * Rewrites documents of any length: long ones are kept on disk, before and after, and a thread has one at a time in
 * memory.
 */
export class LegacyDocuments {
  readonly #folder: string;
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder for incoming files: leftovers of a process are removed from it */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {Failure} upstream-broken; the errors of the body */
  async rewrite(document: LegacyDocument): Promise<RewrittenDocument> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const reading = document.body[Symbol.asyncIterator]();
    while (size <= LONG) {
      const next = await reading.next();
      if (next.done) return rewriteAtOnce(document, Buffer.concat(chunks));
      chunks.push(next.value);
      size += next.value.length;
    }
    return this.#rewriteLong(document, chunks, reading);
  }

  async #rewriteLong(
    { judged, whole, base }: LegacyDocument,
    chunks: readonly Uint8Array[],
    rest: AsyncIterator<Uint8Array>,
  ): Promise<RewrittenDocument> {
    const from = join(this.#folder, temporaryName());
    const to = join(this.#folder, temporaryName());
    try {
      await mkdir(this.#folder, { recursive: true });
      await pipeline(bounded(chunks, rest), createWriteStream(from));
      const page = await judged();
      const files = JSON.stringify(await judgedFiles(page));
      const url = fileUrl(base, page.page.project, '');
      await this.#inTurn({ from, to, files, url, whole });
      const file = await open(to);
      return { size: (await file.stat()).size, body: file.createReadStream() };
    } finally {
      // Readers with an open file continue.
      await Promise.all([from, to].map((path) => rm(path, { force: true })));
    }
  }

  /** One after the other: each has its document in memory. */
  #inTurn(document: DocumentToRewrite): Promise<void> {
    const turn = this.#last.then(async () => {
      const why = await askOnce<DocumentToRewrite, string | undefined>(
        SETTINGS,
        document,
        PATIENCE,
      );
      if (why !== undefined) throw unreadable(why);
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}

async function rewriteAtOnce(
  { judged, whole, base }: LegacyDocument,
  body: Buffer,
): Promise<RewrittenDocument> {
  const page = await judged();
  const files = new FilesByName(await judgedFiles(page), (filename) =>
    fileUrl(base, page.page.project, filename),
  );
  try {
    const ours = Buffer.from([...rewriteLegacyJson(body, files, whole)].join(''));
    return { size: ours.length, body: Readable.from([ours], { objectMode: false }) };
  } catch (cause) {
    throw unreadable(cause);
  }
}

async function* bounded(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    yield* chunks;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      size += next.value.length;
      if (size > MAX_BYTES) throw new Failure('upstream-broken', TOO_LONG);
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

const TOO_LONG = `The upstream's document exceeds ${MAX_BYTES} bytes.`;

function unreadable(cause: unknown): Failure {
  return new Failure('upstream-broken', 'The upstream sent invalid metadata.', {
    cause,
  });
}
