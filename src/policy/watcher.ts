import { ChangeWatch, type Every, HANGS, stateOfFile } from '../runtime/change-watch.js';
import { formatProblem, isUnread, type Problem } from '../yaml/problem.js';
import { type LoadedPolicy, type LoadOptions, loadPolicy, type ReadPolicy } from './load.js';
import type { PolicyMeaning } from './merge.js';
import type { Policy, PolicySource } from './policy.js';
import { policyFilesIn } from './read-policy-files.js';
import type { PolicySources } from './sources.js';

export interface WatcherOptions extends Omit<LoadOptions, 'now' | 'serving'> {
  readonly now?: () => number;
  /** Milliseconds between two looks; a change takes effect at the second look that sees it the same. */
  readonly interval?: number;
  /** Calls back repeatedly until stopped. */
  readonly every?: Every;
  /** Reads the files of a change; by default this thread does, and is blocked meanwhile. */
  readonly read?: ReadPolicy;
  /** A change was read and could not be taken; the policy before it stays in force. */
  readonly onProblem?: (problems: readonly Problem[]) => void;
  /** A reading took effect, the first one too. */
  readonly onLoad?: (loaded: SoundPolicy) => void;
  /** The effective files, if they can differ from the watched ones. */
  readonly inForce?: FilesInForce;
}

/** Decides which files are read: the watched ones, or files that were supplied by another source. */
export interface FilesInForce {
  paths(): Promise<readonly string[]>;
  /** Another text whenever other files are to be read. */
  readonly state: string;
  /**
   * Called after each successful reading.
   * @param files the files that are not shipped, as they were read; undefined if they are too long to be kept
   */
  taken(
    paths: readonly string[],
    files: readonly { readonly name: string; readonly text: string }[] | undefined,
  ): void;
}

/** A reading that could be used. */
type SoundPolicy = LoadedPolicy & {
  readonly policy: Policy;
  readonly meaning: PolicyMeaning;
  readonly sources: PolicySources;
};

/** The policies are unusable; contains all problems. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** The policy in force, read again when its files change. */
export class PolicyWatcher implements PolicySource {
  readonly #paths: readonly string[];
  readonly #options: WatcherOptions;
  readonly #listeners: ((policy: Policy) => unknown)[] = [];
  readonly #readers: ((problems: readonly Problem[]) => void)[] = [];
  readonly #watch: ChangeWatch;
  #current: SoundPolicy;
  /** Of the last reading that could be used, whether or not it meant anything else. */
  #sources: PolicySources;
  /** The problems of the last reading. */
  #problems: readonly Problem[] = [];

  private constructor(
    paths: readonly string[],
    options: WatcherOptions,
    current: SoundPolicy,
    settled: string,
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#current = current;
    this.#sources = current.sources;
    const { interval, every } = options;
    const look = () => stateOf(paths, options.inForce);
    const onHang = () => this.#keep([{ file: paths.join(', '), message: HANGS, unread: true }]);
    const onChange = () => this.#read();
    this.#watch = new ChangeWatch({ look, interval, every, onChange, onHang }, settled);
  }

  /** @throws {PolicyError} where the policies cannot be used */
  static async start(
    paths: readonly string[],
    options: WatcherOptions = {},
  ): Promise<PolicyWatcher> {
    const { inForce } = options;
    const state = await stateOf(paths, inForce);
    const holding = await (inForce?.paths() ?? paths);
    const loaded = await loadPolicy(holding, withNow(options));
    if (!isSound(loaded)) throw new PolicyError(loaded.problems);
    inForce?.taken(holding, ownFilesOf(loaded.sources));
    options.onLoad?.(loaded);
    return new PolicyWatcher(paths, options, loaded, state);
  }

  get current(): Policy {
    return this.#current.policy;
  }

  /** Its source: plain data, which may be sent to another process. */
  get meaning(): PolicyMeaning {
    return this.#current.meaning;
  }

  /** The files that it was read from. */
  get sources(): PolicySources {
    return this.#sources;
  }

  /** The problems that keep the current files from being in force; empty if they are. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  onChange(listener: (policy: Policy) => unknown): void {
    this.#listeners.push(listener);
  }

  /** Calls back after each reading except the first, with its problems; empty if it took effect. */
  onReading(listener: (problems: readonly Problem[]) => void): void {
    this.#readers.push(listener);
  }

  /** Reads the files at once. @returns whether they could be used */
  async reload(): Promise<boolean> {
    await this.#watch.takeNotice();
    return this.#problems.length === 0;
  }

  /** Checks at once whether the files have changed. If so, they are read once they are stable. */
  look(): void {
    void this.#watch.lookNow().catch(() => {});
  }

  close(): void {
    this.#watch.close();
  }

  /** @returns whether the files could be read, sound or not */
  async #read(): Promise<boolean> {
    const { read, inForce } = this.#options;
    const holding = await (inForce?.paths() ?? this.#paths);
    const loaded = await loadPolicy(holding, withNow(this.#options), read);
    if (!isSound(loaded)) return this.#keep(loaded.problems);
    inForce?.taken(holding, ownFilesOf(loaded.sources));
    this.#problems = [];
    this.#sources = loaded.sources;
    const changed = loaded.policy.revision !== this.current.revision;
    if (changed) this.#current = loaded;
    if (changed) await Promise.all(this.#listeners.map((listener) => listener(loaded.policy)));
    this.#options.onLoad?.({ ...loaded, policy: this.current });
    for (const listener of this.#readers) listener([]);
    return true;
  }

  /** The policy before it stays in force. @returns whether the files could be read */
  #keep(problems: readonly Problem[]): boolean {
    this.#problems = problems;
    this.#options.onProblem?.(problems);
    for (const listener of this.#readers) listener(problems);
    return !isUnread(problems);
  }
}

function isSound(loaded: LoadedPolicy): loaded is SoundPolicy {
  return loaded.policy !== undefined;
}

/** Plain data, for it may go to another thread. */
function withNow({ upstreams, hasFeed, shipped, now = Date.now }: WatcherOptions): LoadOptions {
  return {
    now: now(),
    serving: true,
    ...(upstreams !== undefined && { upstreams }),
    ...(hasFeed !== undefined && { hasFeed }),
    ...(shipped !== undefined && { shipped }),
  };
}

/** Undefined if the text of one of them is not kept. */
function ownFilesOf({ files }: PolicySources): { name: string; text: string }[] | undefined {
  const own = files.filter(({ layer }) => layer === 'own');
  const kept = own.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]));
  return kept.length === own.length ? kept : undefined;
}

async function stateOf(
  paths: readonly string[],
  inForce: FilesInForce | undefined,
): Promise<string> {
  const parts: string[] = inForce === undefined ? [] : [inForce.state];
  for (const path of paths) {
    try {
      for (const file of await policyFilesIn(path)) parts.push(await stateOfFile(file));
    } catch (error) {
      parts.push(`${path}: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`);
    }
  }
  return parts.join('\n');
}
