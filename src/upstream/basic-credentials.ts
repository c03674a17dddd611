import type { Faults } from './faults.js';
import type { Password } from './passwords.js';
import type { Credentials } from './requests.js';

/** No credentials: what is answered says nothing of any. */
export const NO_CREDENTIALS: Credentials = {
  authorization: async () => undefined,
  answered: () => false,
};

export interface BasicCredentialsParts {
  readonly username: string;
  readonly password: Password;
  /** Whether a status refuses whoever asks. */
  readonly refuses: (status: number) => boolean;
  readonly faults: Faults;
  /** Told at each change. @param refused why they do not serve; undefined where they do */
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
      this.#note('there is no password for it: its file or command fails');
      // The cause may hold what the command was given or has printed.
      const { code } = cause as NodeJS.ErrnoException;
      throw faults.broken(`cannot be asked: its password cannot be had (${code ?? 'no token'})`);
    }
  }

  answered(status: number): boolean {
    const refused = this.#parts.refuses(status);
    this.#note(refused ? `it refuses our credentials (status ${status})` : undefined);
    if (refused) this.#parts.password.refused();
    return refused;
  }

  #note(refused: string | undefined): void {
    if (refused === this.#refused) return;
    this.#refused = refused;
    this.#parts.onChange(refused);
  }
}
