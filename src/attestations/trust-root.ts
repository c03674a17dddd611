import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Span, within } from '../domain/span.js';
import { PACKAGE_ROOT } from '../runtime/package-root.js';

/** The age at which the keys are refreshed, in milliseconds. */
const REFRESH_AFTER = 24 * 3_600_000;
/** The wait after a failure, so at most one attempt per hour if there is no network, in milliseconds. */
const RETRY_AFTER = 3_600_000;

export interface TrustRootParts {
  /** Fetches the current keys, verified, as the text of a `trusted_root.json`; absent if network access is disabled. */
  readonly fetch?: (() => Promise<string>) | undefined;
  readonly now: () => number;
  readonly onEvent: (event: TrustEvent) => void;
}

export type TrustEvent =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'refresh-failed'; readonly error: unknown };

/**
 * The keys of sigstore's public-good instance: the shipped ones, replaced by newer ones once they are fetched. The
 * refresh runs in the background, and only while attestations are verified. If it fails, the present keys remain in
 * use.
 */
export class TrustRoot {
  readonly #parts: TrustRootParts;
  #keys: string | undefined;
  /** The time span without a refresh. */
  #resting: Span = { from: 0, until: 0 };
  #current: boolean;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(parts: TrustRootParts) {
    this.#parts = parts;
    this.#current = parts.fetch === undefined;
  }

  /** Whether the keys are the newest known ones. If so, an attestation that does not verify is false. */
  get current(): boolean {
    return this.#current;
  }

  /** The text of a `trusted_root.json`. */
  keys(): string {
    this.#refreshIfDue();
    this.#keys ??= shippedTrustRoot();
    return this.#keys;
  }

  /** Resolves when no refresh is running. */
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

/** The text of the shipped keys; `trust/README.md` names their source. */
export function shippedTrustRoot(): string {
  return readFileSync(join(PACKAGE_ROOT, 'trust', 'trusted_root.json'), 'utf8');
}

/** Keys in an unknown format would make every attestation unverifiable, so the present ones remain in use. */
function checkForm(keys: string): void {
  const { mediaType } = JSON.parse(keys) as { mediaType?: unknown };
  if (!/^application\/vnd\.dev\.sigstore\.trustedroot\b/.test(String(mediaType)))
    throw new Error(`unsupported key format ${String(mediaType)}`);
}
