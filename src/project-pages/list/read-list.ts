import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { inflater, MAX_LIST_BYTES } from '../../upstream/page-body.js';
import { HtmlTags } from '../../upstream/pages/html-tags.js';
import { PageTooLarge } from '../../upstream/pages/page-limits.js';
import type { Coding } from '../../upstream/upstream.js';
import { ListJson } from './list-json.js';
import { SortedNames } from './sorted-names.js';

/** An index's list as received, and the path for its names. */
export interface ListToRead {
  readonly path: string;
  readonly encoding: Coding;
  readonly contentType: string;
  readonly to: string;
}

/** Reads a list of any length and writes its names, packed and sorted. @throws if it is invalid */
export async function readList({ path, encoding, contentType, to }: ListToRead): Promise<void> {
  const names = new SortedNames();
  const add = (name: string): void => names.add(name);
  const reader = contentType.includes('json') ? new ListJson(add) : linkReader(add);
  const decoder = new TextDecoder();
  let bytes = 0;
  const read = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > MAX_LIST_BYTES) throw new PageTooLarge(`is longer than ${MAX_LIST_BYTES} bytes`);
      reader.write(decoder.decode(piece, { stream: true }));
    }
    reader.end();
  };
  const file = createReadStream(path);
  if (encoding === 'identity') await pipeline(file, read);
  else await pipeline(file, inflater(encoding, CHUNK), read);
  const texts = Readable.from(names.texts(), { objectMode: true });
  await pipeline(texts, createGzip({ level: 3 }), createWriteStream(to));
}

const CHUNK = 64 * 1024;

/** The texts of links, with any target (PEP 503). */
function linkReader(onName: (name: string) => void): { write(piece: string): void; end(): void } {
  let text: string | undefined;
  const endLink = (): void => {
    if (text !== undefined) onName(text);
    text = undefined;
  };
  const tags = new HtmlTags(new Set(), {
    onOpen(tag) {
      if (tag !== 'a') return;
      endLink();
      text = '';
    },
    onText(part) {
      if (text !== undefined && text.length < MAX_TEXT) text += part;
    },
    onClose(tag) {
      if (tag === 'a') endLink();
    },
  });
  return {
    write: (piece) => tags.write(piece),
    end() {
      tags.end();
      endLink();
    },
  };
}

/** Longer texts are not names. */
const MAX_TEXT = 1_000;
