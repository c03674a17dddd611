// A malware feed of invented records, as from an earlier sync, and a source without newer ones.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const FEED_RECORDS = 250_000;
const MODIFIED = '2026-10-01T00:00:00Z';

/** @param folder served as the source, at `url` @returns `install(data)`, which copies the feed into a data folder */
export async function feedOf(folder, url, count) {
  const { readOsvRecord } = await import(resolve('dist/feed/osv-record.js'));
  const { writeFeedFile } = await import(resolve('dist/feed/feed-file.js'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'modified_id.csv'), `${MODIFIED},MAL-2026-0\n`);
  const records = new Map();
  for (let index = 0; index < count; index += 1) {
    const { id, entries } = readOsvRecord(record(index));
    records.set(id, entries);
  }
  const file = join(folder, 'feed.jsonl');
  const syncedAt = Date.now();
  await writeFeedFile(file, { source: url, syncedAt, modified: MODIFIED, records });
  return (data) => {
    mkdirSync(data, { recursive: true });
    copyFileSync(file, join(data, 'feed.jsonl'));
  };
}

function record(index) {
  const name = `package-${index}`;
  return {
    id: `MAL-2026-${index}`,
    modified: MODIFIED,
    summary: `Malicious code in ${name} (PyPI)`,
    affected: [
      {
        package: { ecosystem: 'PyPI', name },
        versions: ['1.0.0', `1.0.${index % 9}`, `2.${index % 7}`],
      },
    ],
  };
}
