import { contradiction, type Hashes, isStrong } from '../../domain/hashes.js';
import type { IndexFile } from '../../domain/project-page.js';
import type { Turns } from '../../runtime/turns.js';

/**
 * Merges the entries of a page with one filename, which grouped indexes produce: the entry with the better digest
 * remains, or else the first, and must match all digests of both. If they certainly differ, the file remains on the
 * page and is refused, because the correct one is unknown.
 */
export async function oneOfEachName(
  listed: readonly IndexFile[],
  turns: Turns,
): Promise<IndexFile[]> {
  const files = new Map<string, IndexFile>();
  await turns.forEach(listed, (file) => {
    const other = files.get(file.filename);
    files.set(file.filename, other === undefined ? file : oneOf(other, file));
  });
  return [...files.values()];
}

function oneOf(first: IndexFile, second: IndexFile): IndexFile {
  const doubtful = [first, second].find(({ integrity }) => integrity !== undefined);
  if (doubtful !== undefined) return doubtful;
  const wrong = contradiction(first.hashes, second.hashes);
  if (wrong !== undefined) return ambiguous(first, wrong);
  if (worth(second.hashes) > worth(first.hashes)) return second;
  if (worth(first.hashes) > worth(second.hashes)) return first;
  const hashes = { ...second.hashes, ...first.hashes };
  const more = Object.keys(hashes).length > Object.keys(first.hashes).length;
  return more ? { ...first, hashes, sha256: first.sha256 ?? second.sha256 } : first;
}

function ambiguous(file: IndexFile, algorithm: string): IndexFile {
  const doubt = `the index lists ${file.filename} twice, with different digests (${algorithm})`;
  return { ...file, hashes: {}, sha256: undefined, coreMetadata: false, integrity: { doubt } };
}

function worth(hashes: Hashes): number {
  if (isStrong(hashes)) return 2;
  return Object.keys(hashes).length > 0 ? 1 : 0;
}
