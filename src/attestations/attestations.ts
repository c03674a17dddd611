import { LRUCache } from 'lru-cache';
import {
  type Attestation,
  type AttestationRecord,
  type KnownAttestations,
  LONGEST_DOUBT,
  NONE_KNOWN,
  type Offer,
} from '../domain/attestation.js';
import { asClause, Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import { collect } from '../runtime/collect.js';
import type { AttestationStore } from '../store/attestation-store.js';
import type { Upstream } from '../upstream/upstream.js';
import { MAX_DOCUMENT } from './provenance-document.js';
import type { VerifyProvenance } from './verify-in-thread.js';

/** An unverifiable document may verify under newer keys, so it is checked again after this time, in milliseconds. */
const UNVERIFIABLE_FOR = LONGEST_DOUBT;
const UNREACHABLE_FOR = 30_000;
/** Maximum number of projects with remembered failures; beyond it, the oldest are forgotten and retried at once. */
const MAX_PASSING = 10_000;
/** Timeout for one document, from the request to its last byte, in milliseconds. */
const FETCH_TIMEOUT = 10_000;
/** Each lookup may show that older documents also count, in the worst case one at a time; this limits the rounds. */
const MAX_ROUNDS = 50;

export interface AttestationParts {
  readonly store: AttestationStore;
  readonly verify: VerifyProvenance;
  readonly now: () => number;
  readonly onEvent: (event: AttestationEvent) => void;
}

export type AttestationEvent =
  /** New facts are known: verdicts may change, even of other files of the project. */
  | {
      readonly kind: 'looked-up';
      readonly project: ProjectName;
      readonly record: AttestationRecord;
    }
  | { readonly kind: 'store-failed'; readonly error: unknown };

/** Fetches provenance documents, verifies them, and stores the results. */
export class Attestations {
  readonly #parts: AttestationParts;
  /** Results that are not in the store: temporary failures, and records that did not fit on the disk. */
  readonly #passing = new LRUCache<ProjectName, Map<string, AttestationRecord>>({
    max: MAX_PASSING,
  });
  readonly #looking = new Map<string, Promise<void>>();

  constructor(parts: AttestationParts) {
    this.#parts = parts;
  }

  async known(project: ProjectName): Promise<KnownAttestations> {
    const stored = await this.#stored(project);
    const passing = this.#passing.get(project);
    if (passing === undefined) return stored;
    const now = this.#parts.now();
    for (const [key, { askAgainAt }] of passing) if (askAgainAt <= now) passing.delete(key);
    if (passing.size === 0) this.#passing.delete(project);
    return {
      find: (filename, sha256) =>
        passing.get(keyOf({ filename, sha256 })) ?? stored.find(filename, sha256),
    };
  }

  /**
   * Repeats lookups until all documents that count are known. Never rejects: a missing document is also a result.
   * @param unknown returns the documents that count but are unknown, for the known ones
   */
  async lookUp(
    project: ProjectName,
    upstream: Upstream,
    unknown: (known: KnownAttestations) => readonly Offer[],
  ): Promise<KnownAttestations> {
    let known = await this.known(project);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const offers = unknown(known);
      if (offers.length === 0) break;
      await Promise.all(offers.map((offer) => this.#lookOnce(project, upstream, offer)));
      known = await this.known(project);
    }
    return known;
  }

  /** One lookup per document, shared by concurrent requests. */
  #lookOnce(project: ProjectName, upstream: Upstream, offer: Offer): Promise<void> {
    const key = `${project}/${keyOf(offer)}`;
    const running = this.#looking.get(key);
    if (running !== undefined) return running;
    const look = this.#look(project, upstream, offer).finally(() => this.#looking.delete(key));
    this.#looking.set(key, look);
    return look;
  }

  async #look(project: ProjectName, upstream: Upstream, offer: Offer): Promise<void> {
    const { filename, sha256 } = offer;
    const attestation = await this.#attestationOf(upstream, offer);
    const lasts = {
      attested: Infinity,
      unverifiable: UNVERIFIABLE_FOR,
      unreachable: UNREACHABLE_FOR,
    };
    const askAgainAt = this.#parts.now() + lasts[attestation.kind];
    const record: AttestationRecord = { filename, sha256, attestation, askAgainAt };
    const kept = attestation.kind !== 'unreachable' && (await this.#keep(project, record));
    if (!kept) this.#remember(project, record);
    this.#parts.onEvent({ kind: 'looked-up', project, record });
  }

  async #attestationOf(upstream: Upstream, offer: Offer): Promise<Attestation> {
    let document: Uint8Array;
    try {
      document = await fetchDocument(upstream, offer.url);
    } catch (error) {
      const failure = error instanceof Failure ? error : undefined;
      const reason = failure ? asClause(failure) : 'the transfer from the upstream was interrupted';
      // A missing or oversized document is a fact about the file; any other failure is not.
      const known = failure?.kind === 'not-found' || failure instanceof TooLong;
      return { kind: known ? 'unverifiable' : 'unreachable', reason };
    }
    return this.#parts.verify(document, offer);
  }

  async #stored(project: ProjectName): Promise<KnownAttestations> {
    try {
      return await this.#parts.store.known(project);
    } catch (error) {
      this.#parts.onEvent({ kind: 'store-failed', error });
      return NONE_KNOWN;
    }
  }

  async #keep(project: ProjectName, record: AttestationRecord): Promise<boolean> {
    try {
      await this.#parts.store.put(project, record);
      this.#passing.get(project)?.delete(keyOf(record));
      return true;
    } catch (error) {
      this.#parts.onEvent({ kind: 'store-failed', error });
      return false;
    }
  }

  /** Kept only while the failure lasts, so a full disk does not fill the memory too. */
  #remember(project: ProjectName, record: AttestationRecord): void {
    const askAgainAt = Math.min(record.askAgainAt, this.#parts.now() + UNREACHABLE_FOR);
    const passing = this.#passing.get(project) ?? new Map<string, AttestationRecord>();
    this.#passing.set(project, passing.set(keyOf(record), { ...record, askAgainAt }));
  }
}

function keyOf({ filename, sha256 }: Pick<AttestationRecord, 'filename' | 'sha256'>): string {
  return `${sha256}/${filename}`;
}

/** The document exceeds the size limit. */
class TooLong extends Failure {}

async function fetchDocument(upstream: Upstream, url: string): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT);
  const { body, endsUnmarked } = await upstream.fetchFile(url, signal, 'refused');
  const tooLong = () =>
    new TooLong('upstream-broken', `The document exceeds ${MAX_DOCUMENT} bytes.`);
  const document = await collect(body, MAX_DOCUMENT, tooLong);
  // One that is cut off says nothing of the file.
  if (endsUnmarked && !document.toString('latin1').trimEnd().endsWith('}'))
    throw new Failure('upstream-broken', 'The transfer from the upstream was interrupted.');
  return document;
}
