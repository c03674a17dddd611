import { lstat, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { loadPolicy } from '../policy/load.js';
import type { PolicyMeaning } from '../policy/merge.js';
import { policyFilesIn } from '../policy/read-policy-files.js';
import { PolicyError } from '../policy/watcher.js';
import { replaceAtomically } from '../store/disk/atomic-file.js';
import { appendEntry, type NewEntry } from '../yaml/append-entry.js';
import { UsageError } from './output.js';

/** A policy file that an entry will be added to, and the current policy of its folder. */
export interface PolicyEdit {
  /** Undefined if the folder has no policy file yet. */
  readonly meaning: PolicyMeaning | undefined;
  /**
   * Adds the entry to the file atomically, if the folder still validates with it.
   * @throws {PolicyError} if it does not; the file is then unchanged
   */
  write(entry: NewEntry): Promise<void>;
}

/**
 * Opens a policy file for an edit. A symbolic link is followed, and its target is written.
 * @param now milliseconds since 1970
 * @throws {UsageError} if the path is not a policy file and cannot become one
 * @throws {PolicyError} if its folder already fails to validate
 */
export async function openPolicyEdit(path: string, now: number): Promise<PolicyEdit> {
  const name = basename(path);
  const folder = dirname(path);
  if (!/^[^.].*\.ya?ml$/i.test(name))
    throw new UsageError(
      `--write: ${path} is not a policy file: the name must end in .yaml and not start with a dot`,
    );
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new UsageError(`--write: no such folder: ${folder}`);
  const target = await targetOf(path);
  const text = target === undefined ? '' : await readText(target);
  const others = await policyFilesIn(folder);
  const meaning = others.length === 0 ? undefined : await meaningOf(folder, folder, now);
  return {
    meaning,
    async write(entry) {
      const edited = appendEntry(text, entry);
      await validate({ folder, files: others, name, edited }, now);
      if (target !== undefined && (await readText(target)) !== text)
        throw new UsageError(`--write: ${path} was changed by another process; try again`);
      await replaceAtomically(target ?? path, Buffer.from(edited));
    },
  };
}

/** The regular file behind a path; undefined if it does not exist yet. */
async function targetOf(path: string): Promise<string | undefined> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return undefined;
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined) throw new UsageError(`--write: ${path} is a broken link`);
  if (!(await stat(target)).isFile())
    throw new UsageError(`--write: ${path} is not a regular file`);
  return target;
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    throw new UsageError(`--write: ${path} cannot be read: ${(error as Error).message}`);
  }
}

interface Candidate {
  readonly folder: string;
  readonly files: readonly string[];
  readonly name: string;
  readonly edited: string;
}

/** Loads a copy of the folder, with the edited file in it, as `check` would. */
async function validate({ folder, files, name, edited }: Candidate, now: number): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'wheelgate-edit-'));
  try {
    const copy = join(scratch, 'policies');
    await mkdir(copy);
    for (const file of files) await writeFile(join(copy, basename(file)), await readFile(file));
    await writeFile(join(copy, name), edited);
    await meaningOf(copy, folder, now);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @param shown the folder that problems name */
async function meaningOf(folder: string, shown: string, now: number): Promise<PolicyMeaning> {
  const { meaning, problems } = await loadPolicy([folder], { now });
  if (meaning !== undefined) return meaning;
  throw new PolicyError(
    problems.map((problem) => ({
      ...problem,
      file: problem.file.startsWith(folder) ? join(shown, basename(problem.file)) : problem.file,
    })),
  );
}
