import { createHash } from 'node:crypto';
import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import { shortValue } from '../../redis/short-value.js';
import type { Every } from '../../runtime/change-watch.js';
import { OnceMore } from '../../runtime/once-more.js';
import type { Seal } from '../seal.js';
import {
  type Bundle,
  type BundledFile,
  digestOf,
  LONGEST_BUNDLE,
  pastAfter,
  readBundle,
  writeBundle,
} from './bundle.js';
import type { KeptBundle } from './kept-bundle.js';
import { type NextStep, nextStep, type OwnFolder } from './next-step.js';

export interface SharedPolicyParts {
  /** The replica's own name. */
  readonly self: string;
  /** Its own policy folder; empty where there is none. */
  readonly own: readonly string[];
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  readonly kept: KeptBundle;
  readonly every: Every;
  readonly now: () => number;
  /** The files of the own folder as they lie there. @throws where they cannot be read */
  readonly readOwn: () => Promise<readonly BundledFile[]>;
  /** What is wrong with the files of a folder, as a policy. */
  readonly problemsIn: (folder: string) => Promise<readonly string[]>;
  /** Lets the files that hold by now be read. */
  readonly reload: () => Promise<void>;
  /** The highest number that other replicas say they hold. */
  readonly highest: () => number;
  readonly onEvent: (event: SharedPolicyEvent) => void;
}

export type SharedPolicyEvent =
  /** The own folder is handed to all. */
  | { readonly kind: 'published'; readonly bundle: Bundle }
  /** Another's holds here. */
  | { readonly kind: 'taken'; readonly bundle: Bundle }
  /** Another's does not validate here. */
  | { readonly kind: 'refused'; readonly bundle: Bundle; readonly problems: readonly string[] }
  | { readonly kind: 'too-large' }
  /** What lies in Redis was put there by no replica. */
  | { readonly kind: 'unsigned' };

/** Milliseconds between two looks whether it still lies there. */
const LOOK = 30_000;
/** Nobody's request waits for it, in milliseconds. */
const PATIENCE = 2_000;
/** Others may edit at the same time. */
const ATTEMPTS = 5;

/** Puts it there if what lies there is what was seen. */
const SWAP = new Script(`
if not ({ string = 1, none = 1 })[redis.call('TYPE', KEYS[1]).ok] then redis.call('DEL', KEYS[1]) end
local seen = redis.call('GET', KEYS[1])
if ARGV[1] == '' then
  if seen and #seen <= ${LONGEST_BUNDLE} then return 0 end
elseif not seen or redis.sha1hex(seen) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`);

/**
 * One policy for all replicas: a valid edit of any of their folders holds at all of them. It is signed, and kept on the
 * disk: whoever can only write to Redis changes nobody's policy, and takes none back.
 */
export class SharedPolicy {
  readonly #parts: SharedPolicyParts;
  readonly #key: string;
  #held: Bundle | undefined;
  /** Whether it holds in place of the own folder. */
  #isShared = false;
  /** The digest of the own folder as it was last looked at, and its files. */
  #own: string | undefined;
  #files: readonly BundledFile[] = [];
  #state: OwnFolder['kind'] = 'new';
  #whileAway = false;
  /** Of one that does not validate here. */
  #refused: string | undefined;
  readonly #looks = new OnceMore(() => this.#look());
  #begun = false;
  #stop = () => {};

  private constructor(parts: SharedPolicyParts) {
    this.#parts = parts;
    this.#key = parts.line.key('policy');
  }

  /** Goes on with what was held before a restart. */
  static async open(parts: SharedPolicyParts): Promise<SharedPolicy> {
    const shared = new SharedPolicy(parts);
    const before = await parts.kept.load();
    if (before !== undefined) {
      shared.#held = before.bundle;
      shared.#isShared = before.isShared;
      shared.#own = before.own;
      shared.#state = 'settled';
      shared.#whileAway = true;
    }
    return shared;
  }

  /** The number of what is held; undefined for none. */
  get seq(): number | undefined {
    return this.#held?.seq;
  }

  /** What holds in place of the own folder; undefined where that holds. */
  get inForce(): Bundle | undefined {
    return this.#isShared ? this.#held : undefined;
  }

  /** Another text whenever other files are to be read. */
  get state(): string {
    return this.#isShared ? `shared ${this.#held?.seq}` : 'own';
  }

  /** Where the files lie that hold: an edit of the own folder since it was looked at wins. */
  async paths(): Promise<readonly string[]> {
    const { own, kept, readOwn } = this.#parts;
    if (!this.#isShared) return own;
    const digest = await readOwn().then(digestOf, () => undefined);
    return digest === undefined || digest === this.#own ? [kept.files] : own;
  }

  /** Files were read and hold now. @param paths where they lie @param files undefined where that is too much to be kept */
  taken(paths: readonly string[], files: readonly BundledFile[] | undefined): void {
    const { kept, onEvent } = this.#parts;
    if (paths[0] === kept.files) return;
    if (files === undefined) onEvent({ kind: 'too-large' });
    this.#files = files ?? [];
    const before = this.#own;
    const digest = digestOf(this.#files);
    if (digest === before) return;
    this.#own = digest;
    this.#isShared = false;
    if (this.#files.length === 0) this.#state = 'settled';
    else if (before !== undefined) this.#state = 'edited';
    if (!this.#begun) return;
    this.#whileAway = false;
    void this.look();
  }

  /** Resolves once it has looked, or could not. */
  async begin(): Promise<void> {
    this.#begun = true;
    this.#stop = this.#parts.every(LOOK, () => this.look());
    await this.look();
  }

  /** Looks at what the others share, and does about it what is to be done. Never rejects. */
  look(): Promise<void> {
    return this.#looks.run();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#looks.settled();
  }

  async #look(): Promise<void> {
    // The line tells of it; what is to be done is done at the next look.
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1)
      if (await this.#sync().catch(() => true)) return;
  }

  /** @returns whether it is done; if not, somebody else was faster */
  async #sync(): Promise<boolean> {
    const { line, seal, highest, onEvent } = this.#parts;
    const value = await line.ask((redis) => shortValue(redis, this.#key, LONGEST_BUNDLE), PATIENCE);
    const seen = value ?? Buffer.alloc(0);
    const there = value && readBundle(value, seal);
    if (value !== undefined && there === undefined) onEvent({ kind: 'unsigned' });
    const step = nextStep({ there, held: this.#held, own: this.#folder(), highest: highest() });
    return this.#do(step, seen);
  }

  #folder(): OwnFolder {
    const digest = this.#own;
    if (digest === undefined || this.#state === 'settled') return { kind: 'settled', digest };
    if (this.#state === 'new') return { kind: 'new', digest };
    return { kind: 'edited', digest, whileAway: this.#whileAway };
  }

  async #do(step: NextStep, seen: Buffer): Promise<boolean> {
    if (step.kind === 'nothing') return true;
    if (step.kind === 'put-back') return this.#swap(seen, step.bundle);
    if (step.kind === 'take') return this.#take(step.bundle);
    if (step.kind === 'adopt') {
      // Somebody else has said the same, or this one has, before it ended.
      this.#held = step.bundle;
      this.#state = 'settled';
      await this.#remember();
      return false;
    }
    const { self, now, onEvent } = this.#parts;
    const { after } = step;
    const [by, at, files] = [self, now(), this.#files];
    const bundle = { seq: (after?.seq ?? 0) + 1, by, at, files, past: pastAfter(after) };
    const digest = this.#own;
    if (writeBundle(bundle, this.#parts.seal) === undefined) {
      onEvent({ kind: 'too-large' });
      return true;
    }
    if (!(await this.#swap(seen, bundle))) return false;
    this.#held = bundle;
    // It may have been edited meanwhile.
    if (digest === this.#own) this.#state = 'settled';
    await this.#remember();
    onEvent({ kind: 'published', bundle });
    return true;
  }

  async #swap(seen: Buffer, bundle: Bundle): Promise<boolean> {
    const { line, seal } = this.#parts;
    const value = writeBundle(bundle, seal)!;
    const digest = seen.length === 0 ? '' : createHash('sha1').update(seen).digest('hex');
    const done = await line.ask((redis) => SWAP.run(redis, [this.#key], [digest, value]), PATIENCE);
    return done === 1;
  }

  async #take(bundle: Bundle): Promise<boolean> {
    const { kept, problemsIn, reload, onEvent } = this.#parts;
    const digest = `${bundle.seq} ${digestOf(bundle.files)}`;
    if (digest === this.#refused) return true;
    const problems = await kept.tried(bundle, problemsIn);
    if (problems.length > 0) {
      this.#refused = digest;
      onEvent({ kind: 'refused', bundle, problems });
      return true;
    }
    this.#refused = undefined;
    await kept.unpack(bundle);
    this.#held = bundle;
    this.#isShared = true;
    this.#state = 'settled';
    await this.#remember();
    onEvent({ kind: 'taken', bundle });
    await reload();
    return true;
  }

  /** A disk that does not take it costs what a replica without a memory costs. */
  async #remember(): Promise<void> {
    const bundle = this.#held;
    if (bundle === undefined) return;
    await this.#parts.kept
      .save({ bundle, isShared: this.#isShared, own: this.#own })
      .catch(() => {});
  }
}
