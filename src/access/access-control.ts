import { ChangeWatch, type Every, HANGS, stateOfFile } from '../runtime/change-watch.js';
import { formatProblem, isUnread, type Problem } from '../yaml/problem.js';
import type { TokenEntry } from './token.js';
import { readTokens } from './tokens-file.js';

/** The tokens' file is unusable; contains all problems. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** The source of the valid tokens, which can change during use. */
export interface TokenSource {
  readonly entries: readonly TokenEntry[];
}

export interface AccessControlOptions {
  /** An edit took effect. */
  readonly onLoad: () => void;
  /** An edit could not be read; the tokens before it stay good. */
  readonly onProblem: (problems: readonly Problem[]) => void;
  readonly every?: Every;
}

/** The tokens of a file, read again when it changes. */
export class AccessControl implements TokenSource {
  readonly #path: string;
  readonly #options: AccessControlOptions;
  readonly #watch: ChangeWatch;
  readonly #listeners: ((entries: readonly TokenEntry[]) => unknown)[] = [];
  #entries: readonly TokenEntry[];

  private constructor(
    path: string,
    options: AccessControlOptions,
    entries: readonly TokenEntry[],
    settled: string,
  ) {
    this.#path = path;
    this.#options = options;
    this.#entries = entries;
    const look = () => stateOfFile(path);
    const { every } = options;
    const onHang = () => options.onProblem([{ file: path, message: HANGS, unread: true }]);
    const onChange = () => this.#read();
    this.#watch = new ChangeWatch({ look, every, onChange, onHang }, settled);
  }

  /** @throws {AccessError} where the file cannot be used */
  static async start(path: string, options: AccessControlOptions): Promise<AccessControl> {
    const settled = await stateOfFile(path);
    const reading = await readTokens(path);
    if ('problems' in reading) throw new AccessError(reading.problems);
    return new AccessControl(path, options, reading.entries, settled);
  }

  get entries(): readonly TokenEntry[] {
    return this.#entries;
  }

  /** Calls back after each effective edit. The edit is announced once the returned promise has resolved. */
  onChange(listener: (entries: readonly TokenEntry[]) => unknown): void {
    this.#listeners.push(listener);
  }

  /** Reads the file at once. */
  reload(): Promise<void> {
    return this.#watch.takeNotice();
  }

  close(): void {
    this.#watch.close();
  }

  /** @returns whether the file could be read, sound or not */
  async #read(): Promise<boolean> {
    const reading = await readTokens(this.#path);
    if ('problems' in reading) {
      this.#options.onProblem(reading.problems);
      return !isUnread(reading.problems);
    }
    this.#entries = reading.entries;
    await Promise.all(this.#listeners.map((listener) => listener(reading.entries)));
    this.#options.onLoad();
    return true;
  }
}
