import type { Faults } from './faults.js';
import type { Password } from './passwords.js';
import type { Credentials } from './requests.js';

/** No credentials: responses say nothing about them. */
export const NO_CREDENTIALS: Credentials = {
  authorization: async () => undefined,
  answered: () => false,
};

export interface BasicCredentialsParts {
  readonly username: string;
  readonly password: Password;
  /** Whether a status rejects the credentials. */
  readonly refuses: (status: number) => boolean;
  readonly faults: Faults;
  /** Called at each change. @param refused why they were rejected; undefined if they are valid */
  readonly onChange: (refused: string | undefined) => void;
}

/** Basic authentication, with a password that may change. */
export class BasicCredentials implements Credentials {
  readonly #parts: BasicCredentialsParts;
  #refused: string | undefined;

  constructor(parts: BasicCredentialsParts) {
    this.#parts = parts;
  }

  async authorization(): Promise<string> {
    const { username, password, faults } = this.#parts;
    try {
      const text = `${username}:${await password.current()}`;
      return `Basic ${Buffer.from(text).toString('base64')}`;
    } catch (cause) {
      const why = whyNoPassword(cause);
      this.#note(`no password is available: ${why}`);
      throw faults.broken(`cannot be queried because no password is available: ${why}`);
    }
  }

  answered(status: number): boolean {
    const refused = this.#parts.refuses(status);
    this.#note(refused ? `it rejected the credentials (status ${status})` : undefined);
    if (refused) this.#parts.password.refused();
    return refused;
  }

  #note(refused: string | undefined): void {
    if (refused === this.#refused) return;
    this.#refused = refused;
    this.#parts.onChange(refused);
  }
}

/** Contains only codes: the rest of the error may include a command's input or output. */
function whyNoPassword(cause: unknown): string {
  const { code, signal } = cause as {
    readonly code?: string | number | null;
    readonly signal?: string | null;
  };
  if (signal) return `its command timed out or was killed (${signal})`;
  if (typeof code === 'number') return `its command exited with code ${code}`;
  return code ? `its file or command is unusable (${code})` : 'its command printed no token';
}
