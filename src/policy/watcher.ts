import { readlink, stat } from 'node:fs/promises';
import { formatProblem, type Problem } from '../yaml/problem.js';
import { policyFilesIn } from './files.js';
import { type LoadedPolicy, type LoadOptions, loadPolicy } from './load.js';
import type { Policy, PolicySource } from './policy.js';

export interface WatcherOptions extends Omit<LoadOptions, 'now'> {
  readonly now?: () => number;
  /** Milliseconds between two looks; a change takes effect at the second look that sees it the same. */
  readonly interval?: number;
  /** Calls back again and again until told to stop. */
  readonly every?: (milliseconds: number, callback: () => Promise<void>) => () => void;
  /** A change was read and could not be taken; the policy before it stays in force. */
  readonly onProblem?: (problems: readonly Problem[]) => void;
  /** A reading took effect, the first one too. */
  readonly onLoad?: (loaded: LoadedPolicy & { readonly policy: Policy }) => void;
}

/** The policies cannot be used; says everything that is wrong with them. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/**
 * The policy in force, read anew when its files change.
 *
 * It looks at the files' sizes and times rather than asking the system to be told: notices do not cross
 * network mounts and container mounts, and follow a file or a link that is replaced, not its name. A
 * look costs a few stat calls. Two looks must agree before a change is read, so that a save that is half
 * written is not taken for the policy.
 */
export class PolicyWatcher implements PolicySource {
  readonly #paths: readonly string[];
  readonly #options: WatcherOptions;
  readonly #listeners: ((policy: Policy) => void)[] = [];
  #current: Policy;
  /** The state of the files that `#current` was read from, or that was refused. */
  #settled: string;
  #pending: string | undefined;
  #busy: Promise<void> = Promise.resolve();
  #looking = false;
  readonly #stop: () => void;

  private constructor(
    paths: readonly string[],
    options: WatcherOptions,
    current: Policy,
    settled: string,
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#current = current;
    this.#settled = settled;
    this.#stop = (options.every ?? everyUnref)(options.interval ?? 500, () => this.#look());
  }

  /** @throws {PolicyError} where the policies cannot be used */
  static async start(
    paths: readonly string[],
    options: WatcherOptions = {},
  ): Promise<PolicyWatcher> {
    const state = await stateOf(paths);
    const loaded = await loadPolicy(paths, withNow(options));
    const { policy } = loaded;
    if (policy === undefined) throw new PolicyError(loaded.problems);
    options.onLoad?.({ ...loaded, policy });
    return new PolicyWatcher(paths, options, policy, state);
  }

  get current(): Policy {
    return this.#current;
  }

  onChange(listener: (policy: Policy) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads the files at once. @returns whether they could be used */
  async reload(): Promise<boolean> {
    let taken = false;
    await this.#alone(async () => {
      taken = await this.#read(await stateOf(this.#paths));
    });
    return taken;
  }

  close(): void {
    this.#stop();
  }

  async #look(): Promise<void> {
    // A mount that hangs must not pile up looks, nor let two follow each other without time between.
    if (this.#looking) return;
    this.#looking = true;
    await this.#alone(async () => {
      const state = await stateOf(this.#paths);
      if (state === this.#settled) {
        this.#pending = undefined;
      } else if (state === this.#pending) {
        await this.#read(state);
      } else {
        this.#pending = state;
      }
    }).finally(() => {
      this.#looking = false;
    });
  }

  async #read(state: string): Promise<boolean> {
    this.#settled = state;
    this.#pending = undefined;
    const loaded = await loadPolicy(this.#paths, withNow(this.#options));
    const { policy } = loaded;
    if (policy === undefined) {
      this.#options.onProblem?.(loaded.problems);
      return false;
    }
    const changed = policy.revision !== this.#current.revision;
    if (changed) this.#current = policy;
    this.#options.onLoad?.({ ...loaded, policy: this.#current });
    if (changed) for (const listener of this.#listeners) listener(policy);
    return true;
  }

  /** One look or reading at a time, in turn. */
  #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#busy.then(work);
    this.#busy = turn.catch(() => {});
    return turn;
  }
}

function withNow(options: WatcherOptions): LoadOptions {
  return { ...options, now: (options.now ?? Date.now)() };
}

function everyUnref(milliseconds: number, callback: () => Promise<void>): () => void {
  const timer = setInterval(() => void callback().catch(() => {}), milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

/** Size, times and identity of every file: another text whenever any of them was written or replaced. */
async function stateOf(paths: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const path of paths) {
    try {
      for (const file of await policyFilesIn(path)) {
        const link = await readlink(file).catch(() => '');
        const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
        parts.push([file, link, dev, ino, size, mtimeNs, ctimeNs].join('|'));
      }
    } catch (error) {
      parts.push(`${path}: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`);
    }
  }
  return parts.join('\n');
}
