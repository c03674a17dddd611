import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answerInThread } from '../../runtime/threads/answer-in-thread.js';
import { FilesByName, type JudgedFile } from './judged-files.js';
import { rewriteLegacyJson } from './legacy-json.js';

/** A document in a file, and where it is to be written. */
export interface DocumentToRewrite {
  readonly from: string;
  readonly to: string;
  /** The judged files, as JSON. */
  readonly files: string;
  /** What our URL of a file begins with. */
  readonly url: string;
  readonly whole: boolean;
}

/** Answers why a document cannot be read; undefined where it was. */
answerInThread<DocumentToRewrite, string | undefined>(async ({ from, to, files, url, whole }) => {
  const judged = new FilesByName(
    JSON.parse(files) as JudgedFile[],
    (filename) => url + encodeURIComponent(filename),
  );
  const pieces = rewriteLegacyJson(await readFile(from), judged, whole);
  try {
    await pipeline(Readable.from(pieces), createWriteStream(to));
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
});
