import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Seal } from '../seal.js';

/** What is asked for, and of whom: signed, so that a question serves for nothing else. */
export interface Question {
  /** The URL of the replica that is asked, as its lease names it. */
  readonly url: string;
  /** As `nameOfFill` makes it. */
  readonly name: string;
  readonly from: number;
  /** The transfer that `from` counts in. */
  readonly of: string;
}

/** The header of a question, and that of its answer. */
export const ASKED = 'wheelgate-asked';
export const ANSWERED = 'wheelgate-answered';

/** How far two replicas' clocks may be apart, in milliseconds. */
const SKEW = 30_000;
/** Questions that are kept in mind, so that none serves twice: more than come within the time. */
const MOST_SEEN = 20_000;
const NONCE_BYTES = 16;
const NONCE = /^[\da-f]{32}$/;

/** Signs and opens the news of one connection, which serve in no other one, nor in another order. */
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

  /** @returns undefined where they are not the next news of this connection */
  open(sealed: Buffer): unknown {
    const value = this.#seal.open(this.#name(), sealed);
    return value === undefined ? undefined : JSON.parse(value.toString());
  }

  #name(): readonly string[] {
    this.#count += 1;
    return [...this.#of, String(this.#count)];
  }
}

/** One who asks. */
export function introduce(seal: Seal, question: Question, now: number) {
  const nonce = newNonce();
  const asked = seal.seal(nameOf(question), Buffer.from(`${nonce} ${now}`)).toString('base64url');
  return {
    asked,
    /** @returns undefined where who answers does not have the secret, or answers something else */
    readAnswer: (answered: string | undefined): NewsSeal | undefined => {
      const sealed = Buffer.from(answered ?? '', 'base64url');
      const theirs = seal.open(['fill', 'answered', nonce], sealed)?.toString();
      return theirs === undefined ? undefined : new NewsSeal(seal, nonce, theirs);
    },
  };
}

/** One who is asked: knows who has the secret, and has asked just now. */
export class Introductions {
  readonly #seal: Seal;
  readonly #now: () => number;
  readonly #seen: LRUCache<string, true>;

  constructor(seal: Seal, now: () => number) {
    this.#seal = seal;
    this.#now = now;
    this.#seen = new LRUCache({ max: MOST_SEEN, ttl: 2 * SKEW, perf: { now } });
  }

  /** @returns undefined where it is not from one of us, is old, or has been asked already */
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
