import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { stateOfFile } from '../runtime/change-watch.js';

/** An upstream's password, which may change while the server runs. */
export interface Password {
  /** @throws if it is unavailable */
  current(): Promise<string>;
  /** Reports that the last one was rejected: fetches another, if that may help. */
  refused(): void;
}

export interface PasswordSettings {
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordCommand?: readonly string[] | undefined;
}

/** @param now milliseconds since 1970 */
export function createPassword(settings: PasswordSettings, now: () => number): Password {
  const { password, passwordFile, passwordCommand } = settings;
  if (passwordFile !== undefined) return new FilePassword(passwordFile);
  if (passwordCommand !== undefined) return new CommandPassword(passwordCommand, now);
  return { current: async () => password ?? '', refused: () => {} };
}

/** Read again whenever the file differs from that at the last request. */
class FilePassword implements Password {
  readonly #path: string;
  #state = '';
  #password: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** While the file is unreadable, the previous password is used. */
  async current(): Promise<string> {
    const state = await stateOfFile(this.#path);
    if (state === this.#state && this.#password !== undefined) return this.#password;
    try {
      this.#password = (await readFile(this.#path, 'utf8')).replace(/\r?\n$/, '');
      this.#state = state;
    } catch (error) {
      if (this.#password === undefined) throw error;
    }
    return this.#password;
  }

  refused(): void {
    this.#state = '';
  }
}

/** The assumed lifetime of a token without an expiry. */
const LIFE_TIME = 15 * 60_000;
/** A token is renewed this long before its end, because requests take time. */
const MARGIN = 60_000;
/** The minimum time between renewals after a rejected token. */
const SHORTEST = 30_000;
const TIMEOUT = 30_000;
const MOST = 64 * 1024;

interface Token {
  readonly text: string;
  readonly from: number;
  readonly until: number;
}

const run = promisify(execFile);

/**
 * The first word of a command's output is the token; an optional second one is its expiry: a time in ISO 8601 or in
 * seconds since 1970, as `aws codeartifact get-authorization-token --output text` prints it, or its lifetime in
 * seconds.
 */
class CommandPassword implements Password {
  readonly #command: readonly string[];
  readonly #now: () => number;
  #token: Token | undefined;
  #running: Promise<Token> | undefined;

  constructor(command: readonly string[], now: () => number) {
    this.#command = command;
    this.#now = now;
  }

  async current(): Promise<string> {
    const now = this.#now();
    const token = this.#token;
    if (token !== undefined && now >= token.from && now < token.until) return token.text;
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined;
    });
    this.#token = await this.#running;
    return this.#token.text;
  }

  refused(): void {
    const token = this.#token;
    if (token !== undefined && this.#now() - token.from >= SHORTEST) this.#token = undefined;
  }

  async #ask(): Promise<Token> {
    const [program = '', ...args] = this.#command;
    const { stdout } = await run(program, args, { timeout: TIMEOUT, maxBuffer: MOST });
    const [text, life] = stdout.trim().split(/\s+/);
    if (!text) throw new Error('the password command printed nothing');
    const from = this.#now();
    return { text, from, until: life === undefined ? from + LIFE_TIME : endOf(life, from) };
  }
}

function endOf(life: string, from: number): number {
  const seconds = Number(life);
  if (Number.isNaN(seconds)) {
    const time = Date.parse(life);
    return Number.isNaN(time) ? from + LIFE_TIME : time - MARGIN;
  }
  // Larger values are times: no token is valid for thirty years.
  const end = seconds > 1e9 ? seconds * 1_000 : from + seconds * 1_000;
  return Math.max(from + SHORTEST, end - MARGIN);
}
