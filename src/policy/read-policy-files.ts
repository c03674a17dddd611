import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readYaml, type YamlDocument } from '../yaml/document.js';
import type { Problem } from '../yaml/problem.js';

/** Enough for a deny list of 100,000 entries, and too little to exhaust the memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The policy files under a path, in merge order: by name, as `sort` in the C locale. Names that begin with a dot are
 * excluded (Kubernetes keeps its `..data` there), and subfolders also. A path may also be one file.
 */
export async function policyFilesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /^[^.].*\.ya?ml$/i.test(name));
  return names.sort().map((name) => join(path, name));
}

/** Reads every policy file under a path, in order: each yields a document or its problems. */
export async function readPolicyFiles(
  path: string,
): Promise<(YamlDocument | readonly Problem[])[]> {
  let files: string[];
  try {
    files = await policyFilesIn(path);
  } catch (error) {
    return [[{ file: path, message: unreadable(error), unread: true }]];
  }
  // More likely a mount that failed, or a checkout under way, than a wish.
  if (files.length === 0)
    return [[{ file: path, message: 'contains no policy file (*.yaml)', unread: true }]];
  return await Promise.all(
    files.map(async (file) => {
      try {
        return readYaml(file, await readText(file));
      } catch (error) {
        return [{ file, message: unreadable(error), unread: true }];
      }
    }),
  );
}

async function readText(file: string): Promise<string> {
  const { size, mode } = await stat(file);
  // A pipe would be waited for, a device has no end.
  if ((mode & 0o170000) !== 0o100000) throw new Error('not a regular file');
  if (size > MAX_BYTES) throw new Error('longer than 16 MiB');
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
}

function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'not UTF-8 text';
  return `cannot be read: ${message}`;
}
