import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, ProblemsError } from '../yaml/problem.js';
import { type LoadedPolicy, loadPolicy } from './load.js';
import type { Policy, PolicySource } from './policy.js';

export interface PolicyWatcherSettings {
  readonly folders: readonly string[];
  readonly upstreams: readonly string[] | undefined;
  /** How often the folders are looked at, in milliseconds. */
  readonly interval: number;
  readonly now: () => number;
  /** A policy was taken over, the first one included. */
  readonly onLoaded: (policy: LoadedPolicy) => void;
  /** An edit does not validate; the policy before it stays in force. */
  readonly onProblems: (problems: readonly Problem[]) => void;
}

/**
 * The policy in force, and the folders it is read from. It looks at names, sizes, times and inodes once a
 * second rather than asking for file events: those do not cross a swapped symbolic link (the way a mounted
 * configuration changes), nor a network file system, and one missed event would leave an old policy in force.
 */
export class PolicyWatcher implements PolicySource {
  readonly #settings: PolicyWatcherSettings;
  readonly #listeners: ((policy: Policy) => void)[] = [];
  #current: LoadedPolicy;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #reloading: Promise<void> | undefined;

  private constructor(settings: PolicyWatcherSettings, policy: LoadedPolicy, seen: string) {
    this.#settings = settings;
    this.#current = policy;
    this.#seen = seen;
    settings.onLoaded(policy);
  }

  /** Loads the first policy. @throws {ProblemsError} where it does not validate: nothing starts without one */
  static async start(settings: PolicyWatcherSettings): Promise<PolicyWatcher> {
    const { folders, upstreams, now } = settings;
    const seen = await signature(folders);
    const policy = await loadPolicy(folders, { now: now(), upstreams });
    const watcher = new PolicyWatcher(settings, policy, seen);
    watcher.#schedule();
    return watcher;
  }

  get current(): LoadedPolicy {
    return this.#current;
  }

  onChange(listener: (policy: Policy) => void): void {
    this.#listeners.push(listener);
  }

  /** Looks now, and reads the files whatever their times say. */
  async reload(): Promise<void> {
    await this.#reloading;
    this.#seen = '';
    await this.check();
  }

  /** Looks whether anything changed, and reads it if so. */
  check(): Promise<void> {
    this.#reloading ??= this.#check().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      await this.check();
      if (this.#timer !== undefined) this.#schedule();
    }, this.#settings.interval);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const { folders, upstreams, now, onLoaded, onProblems } = this.#settings;
    try {
      const seen = await signature(folders).catch((error: Error) => `unreadable: ${error.message}`);
      if (seen === this.#seen) return;
      // Noted before reading: an edit during the read is seen the next time.
      this.#seen = seen;
      const policy = await loadPolicy(folders, { now: now(), upstreams });
      const changed = policy.revision !== this.#current.revision;
      this.#current = policy;
      onLoaded(policy);
      if (changed) for (const listener of this.#listeners) listener(policy);
    } catch (error) {
      onProblems(
        error instanceof ProblemsError
          ? error.problems
          : [{ file: folders.join(', '), line: 1, column: 1, message: (error as Error).message }],
      );
    }
  }
}

/** What tells whether the folders changed. Links are followed, so a swapped one shows as other inodes. */
async function signature(folders: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const folder of folders)
    for (const name of (await readdir(folder)).sort()) {
      if (name.startsWith('.') || !/\.ya?ml$/.test(name)) continue;
      const info = await stat(join(folder, name), { bigint: true });
      parts.push(`${name} ${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}`);
    }
  return parts.join('\n');
}
