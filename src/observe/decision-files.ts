import { readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';

/**
 * The files of a decision log, oldest first: those put aside, plain or compressed (`.gz`), by us or by a log
 * rotator (`decisions.jsonl.1`), and the one in use.
 * @param place the log's file, or the folder it lies in (then it is `decisions.jsonl`)
 */
export async function decisionFiles(place: string): Promise<string[]> {
  const isFolder = await stat(place).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(place, 'decisions.jsonl') : place;
  const { dir, name, ext, base } = parse(file);
  const folder = dir === '' ? '.' : dir;
  const names = new Set(await readdir(folder).catch(() => []));
  const found: { path: string; modified: number }[] = [];
  for (const other of names) {
    if (!belongs(other, name, ext)) continue;
    // A crash between compressing and removing leaves both: the plain one is whole.
    if (other.endsWith('.gz') && names.has(other.slice(0, -'.gz'.length))) continue;
    const path = join(folder, other);
    const info = await stat(path).catch(() => undefined);
    if (info?.isFile()) found.push({ path, modified: other === base ? Infinity : info.mtimeMs });
  }
  found.sort((a, b) => a.modified - b.modified || (a.path < b.path ? -1 : 1));
  return found.map(({ path }) => path);
}

function belongs(other: string, name: string, ext: string): boolean {
  const plain = other.endsWith('.gz') ? other.slice(0, -'.gz'.length) : other;
  if (!plain.startsWith(name)) return false;
  const rest = plain.slice(name.length);
  const ours = rest === ext || (rest.startsWith('-') && rest.endsWith(ext));
  return ours || (rest.startsWith(ext) && /^\.\d+$/.test(rest.slice(ext.length)));
}
