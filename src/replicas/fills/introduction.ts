import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Seal } from '../seal.js';

/** A request to a replica, signed so it is valid for nothing else. */
export interface Question {
  /** The URL of the requested replica, as in its lease. */
  readonly url: string;
  /** From `nameOfFill`. */
  readonly name: string;
  readonly from: number;
  /** The transfer to which `from` applies. */
  readonly of: string;
}

/** The header of a request, and of its response. */
export const ASKED = 'wheelgate-asked';
export const ANSWERED = 'wheelgate-answered';

/** The maximum difference between two replicas' clocks, in milliseconds. */
const SKEW = 30_000;
/** Number of remembered requests, so none is valid twice: more than arrive within the time. */
const MOST_SEEN = 20_000;
const NONCE_BYTES = 16;
const NONCE = /^[\da-f]{32}$/;

/** Signs and verifies the news of one connection, which are valid only there and in that order. */
export class NewsSeal {
  readonly #seal: Seal;
  readonly #of: readonly string[];
  #count = 0;

  constructor(seal: Seal, ...of: readonly string[]) {
    this.#seal = seal;
    this.#of = ['fill', 'news', ...of];
  }

  seal(news: object): Buffer {
    return this.#seal.seal(this.#name(), Buffer.from(JSON.stringify(news)));
  }

  /** @returns undefined if they are not the next news of this connection */
  open(sealed: Buffer): unknown {
    const value = this.#seal.open(this.#name(), sealed);
    return value === undefined ? undefined : JSON.parse(value.toString());
  }

  #name(): readonly string[] {
    this.#count += 1;
    return [...this.#of, String(this.#count)];
  }
}

/** The requesting side. */
export function introduce(seal: Seal, question: Question, now: number) {
  const nonce = newNonce();
  const asked = seal.seal(nameOf(question), Buffer.from(`${nonce} ${now}`)).toString('base64url');
  return {
    asked,
    /** @returns undefined if the responder lacks the secret, or responds to another request */
    readAnswer: (answered: string | undefined): NewsSeal | undefined => {
      const sealed = Buffer.from(answered ?? '', 'base64url');
      const theirs = seal.open(['fill', 'answered', nonce], sealed)?.toString();
      return theirs === undefined ? undefined : new NewsSeal(seal, nonce, theirs);
    },
  };
}

/** The responding side: verifies that the requester has the secret, and that the request is recent. */
export class Introductions {
  readonly #seal: Seal;
  readonly #now: () => number;
  readonly #seen: LRUCache<string, true>;

  constructor(seal: Seal, now: () => number) {
    this.#seal = seal;
    this.#now = now;
    this.#seen = new LRUCache({ max: MOST_SEEN, ttl: 2 * SKEW, perf: { now } });
  }

  /** @returns undefined if it is not from a replica, is old, or was used before */
  answer(question: Question, asked: string | undefined) {
    const sealed = Buffer.from(asked ?? '', 'base64url');
    const value = this.#seal.open(nameOf(question), sealed)?.toString();
    const [nonce = '', at] = value?.split(' ') ?? [];
    if (!NONCE.test(nonce) || !(Math.abs(this.#now() - Number(at)) <= SKEW)) return undefined;
    if (this.#seen.has(nonce)) return undefined;
    this.#seen.set(nonce, true);
    const ours = newNonce();
    const answered = this.#seal.seal(['fill', 'answered', nonce], Buffer.from(ours));
    return {
      answered: answered.toString('base64url'),
      news: new NewsSeal(this.#seal, nonce, ours),
    };
  }
}

function nameOf({ url, name, from, of }: Question): readonly string[] {
  return ['fill', 'asked', url, name, String(from), of];
}

function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString('hex');
}
