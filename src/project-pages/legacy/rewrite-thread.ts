import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answerInThread } from '../../runtime/threads/answer-in-thread.js';
import { FilesByName, type JudgedFile } from './judged-files.js';
import { rewriteLegacyJson } from './legacy-json.js';

/** A document in a file, and the path for the result. */
export interface DocumentToRewrite {
  readonly from: string;
  readonly to: string;
  /** The judged files, as JSON. */
  readonly files: string;
  /** The prefix of our URL of a file. */
  readonly url: string;
  readonly whole: boolean;
}

/** Returns the reason why a document is unreadable; undefined after success. */
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
