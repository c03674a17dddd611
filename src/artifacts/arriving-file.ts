import type { FairShare } from '../runtime/fair-share.js';
import type { BytesAt } from '../store/bytes.js';
import type { SpoolFile } from '../store/spool.js';
import type { Arrival } from './arrival.js';
import { SpoolWriter } from './spool-writer.js';

/**
 * An artifact that is received into a spool file.
 * @param share limits the bytes that wait for the file system
 */
export function arriveInFile(file: SpoolFile, bytesAt: BytesAt, share: FairShare): Arrival {
  return {
    // It may move before its first byte.
    get bytes() {
      return bytesAt({ kind: 'file', path: file.path });
    },
    get at() {
      return file.path;
    },
    source: file,
    expect: (size) => file.expect(size),
    writer: (onWritten) => new SpoolWriter(file, share, onWritten),
    discard: () => file.discard(),
  };
}
