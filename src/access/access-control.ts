import { ChangeWatch, type Every, stateOfFile } from '../runtime/change-watch.js';
import { formatProblem, type Problem } from '../yaml/problem.js';
import { type Identity, identify } from './access-list.js';
import type { TokenEntry } from './token.js';
import { readTokens } from './tokens-file.js';

/** The tokens' file cannot be used; says everything that is wrong with it. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

export interface AccessControlOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An edit was taken over. */
  readonly onLoad: () => void;
  /** An edit could not be read; the tokens before it stay good. */
  readonly onProblem: (problems: readonly Problem[]) => void;
  readonly every?: Every;
}

/** Who may ask: the tokens of a file, read anew when it changes. */
export class AccessControl {
  readonly #path: string;
  readonly #options: AccessControlOptions;
  readonly #watch: ChangeWatch;
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
    this.#watch = new ChangeWatch({ look, every, onChange: () => this.#read() }, settled);
  }

  /** @throws {AccessError} where the file cannot be used */
  static async start(path: string, options: AccessControlOptions): Promise<AccessControl> {
    const settled = await stateOfFile(path);
    const reading = await readTokens(path);
    if ('problems' in reading) throw new AccessError(reading.problems);
    return new AccessControl(path, options, reading.entries, settled);
  }

  /** @param authorization the request's header */
  identify(authorization: string | undefined): Identity | undefined {
    return identify(this.#entries, authorization, this.#options.now());
  }

  /** Reads the file at once. */
  reload(): Promise<void> {
    return this.#watch.takeNotice();
  }

  close(): void {
    this.#watch.close();
  }

  async #read(): Promise<void> {
    const reading = await readTokens(this.#path);
    if ('problems' in reading) return this.#options.onProblem(reading.problems);
    this.#entries = reading.entries;
    this.#options.onLoad();
  }
}
