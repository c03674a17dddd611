import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import {
  formatName,
  isRequirements,
  type ReadLock,
  readLock,
  readLockText,
} from '../audit/locks/audit-lock.js';
import { UsageError } from './output.js';

const run = promisify(execFile);
/** A lock of a huge project has some MB. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Reads the base of a lock: a file, or a file in a git revision (`origin/main:uv.lock`, relative to the repository's
 * root). If the revision does not have the file, the base is empty and every release counts as new.
 * @param lock the audited lock: a base with another name is read in its format
 * @throws {UsageError} if it is neither, or git fails
 */
export async function readBase(text: string, lock: string): Promise<ReadLock> {
  const found = statSync(text, { throwIfNoEntry: false });
  if (found?.isFile()) return readLock(text, formatName(text, lock));
  if (found !== undefined) throw new UsageError(`--base ${text}: not a file`);
  // One letter in front of a slash is a drive of Windows.
  const [, revision = '', path = ''] = /^(?![a-z]:[\\/])([^:-][^:]*):(.+)$/i.exec(text) ?? [];
  if (path === '') throw new UsageError(`--base ${text}: neither a file nor REV:PATH`);
  const content = await contentAt(revision, path);
  const name = basename(formatName(path, lock));
  if (content === undefined)
    return { file: text, content: { format: name, releases: [], findings: [] } };
  if (!isRequirements(name)) return { file: text, content: readLockText(text, content, name) };
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-base-'));
  try {
    // Its includes are not copied: they are reported as unreadable for the base, not for the change.
    await writeFile(join(folder, name), content);
    return { file: text, content: (await readLock(join(folder, name))).content };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns undefined if the revision exists without this file */
async function contentAt(revision: string, path: string): Promise<Buffer | undefined> {
  await git(
    `there is no revision ${revision} here; fetch it first: git fetch origin, or fetch-depth: 0 in CI`,
    ...['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
  );
  try {
    return await git('', 'cat-file', 'blob', `${revision}:${path}`);
  } catch {
    return undefined;
  }
}

/** @param silence the cause to report if git fails without a message */
async function git(silence: string, ...args: readonly string[]): Promise<Buffer> {
  try {
    const { stdout } = await run('git', [...args], { encoding: 'buffer', maxBuffer: MAX_BYTES });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: Buffer };
    const why = code === 'ENOENT' ? 'git is not in PATH' : stderr?.toString().trim() || silence;
    throw new UsageError(`--base: ${why}`);
  }
}
