import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Span, within } from '../domain/span.js';
import { PACKAGE_ROOT } from '../runtime/package-root.js';

/** How long the keys are used before newer ones are asked for, in milliseconds. */
const REFRESH_AFTER = 24 * 3_600_000;
/** After a failure, and so at most once an hour where nobody is let out, in milliseconds. */
const RETRY_AFTER = 3_600_000;

export interface TrustRootParts {
  /** Fetches the current keys, verified, as the text of a `trusted_root.json`; absent where nobody may ask. */
  readonly fetch?: (() => Promise<string>) | undefined;
  readonly now: () => number;
  readonly onEvent: (event: TrustEvent) => void;
}

export type TrustEvent =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'refresh-failed'; readonly error: unknown };

/**
 * The keys of sigstore's public-good instance: those that are shipped, and newer ones as soon as they could be
 * fetched. They are asked for in the background, and only while attestations are verified at all; where that
 * fails the keys at hand go on being used.
 */
export class TrustRoot {
  readonly #parts: TrustRootParts;
  #keys: string | undefined;
  /** When newer keys need not be asked for. */
  #resting: Span = { from: 0, until: 0 };
  #current: boolean;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(parts: TrustRootParts) {
    this.#parts = parts;
    this.#current = parts.fetch === undefined;
  }

  /** Whether the keys are the newest that there are, as far as is known: what does not verify is false, then. */
  get current(): boolean {
    return this.#current;
  }

  /** The text of a `trusted_root.json`. */
  keys(): string {
    this.#refreshIfDue();
    this.#keys ??= shippedTrustRoot();
    return this.#keys;
  }

  /** Resolves once no refresh is under way. */
  async refreshed(): Promise<void> {
    await this.#refreshing;
  }

  #refreshIfDue(): void {
    const { fetch, now, onEvent } = this.#parts;
    if (fetch === undefined || within(this.#resting, now())) return;
    const restFor = (span: number) => {
      this.#resting = { from: now(), until: now() + span };
    };
    restFor(RETRY_AFTER);
    this.#refreshing = fetch()
      .then((keys) => {
        checkForm(keys);
        this.#keys = keys;
        this.#current = true;
        restFor(REFRESH_AFTER);
        onEvent({ kind: 'refreshed' });
      })
      .catch((error: unknown) => {
        this.#current = false;
        onEvent({ kind: 'refresh-failed', error });
      });
  }
}

/** The text of the keys that come with Wheelgate; `trust/README.md` says where they are from. */
export function shippedTrustRoot(): string {
  return readFileSync(join(PACKAGE_ROOT, 'trust', 'trusted_root.json'), 'utf8');
}

/** Keys in a form that is not known yet would leave nothing verifiable; those at hand are better. */
function checkForm(keys: string): void {
  const { mediaType } = JSON.parse(keys) as { mediaType?: unknown };
  if (!/^application\/vnd\.dev\.sigstore\.trustedroot\b/.test(String(mediaType)))
    throw new Error(`unsupported key format ${String(mediaType)}`);
}
