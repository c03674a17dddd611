import { createHash } from 'node:crypto';
import yauzl from 'yauzl';

export interface Archive {
  readonly kind: 'zip' | 'tar';
  readonly bytes: Buffer;
}

/** Path and SHA-256 of each file according to yauzl. Rejects if yauzl does. */
export function listWithYauzl(bytes: Buffer): Promise<[string, string][]> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const listing: [string, string][] = [];
      zip.on('error', reject);
      zip.on('end', () => resolve(listing));
      zip.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName.endsWith('/')) return zip.readEntry();
        zip.openReadStream(entry, (failure, stream) => {
          if (failure) return reject(failure);
          const hash = createHash('sha256');
          stream.on('error', reject);
          stream.on('data', (chunk: Buffer) => hash.update(chunk));
          stream.on('end', () => {
            listing.push([entry.fileName, hash.digest('hex')]);
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}
