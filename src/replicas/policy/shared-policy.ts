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
  /** Its own policy folder; empty if there is none. */
  readonly own: readonly string[];
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  readonly kept: KeptBundle;
  readonly every: Every;
  readonly now: () => number;
  /** The present files of the own folder. @throws if they are unreadable */
  readonly readOwn: () => Promise<readonly BundledFile[]>;
  /** The problems of a folder's files, as a policy. */
  readonly problemsIn: (folder: string) => Promise<readonly string[]>;
  /** Reloads the policy from the files now in force. */
  readonly reload: () => Promise<void>;
  /** The highest number that other replicas report. */
  readonly highest: () => number;
  readonly onEvent: (event: SharedPolicyEvent) => void;
}

export type SharedPolicyEvent =
  /** The own folder was shared with all. */
  | { readonly kind: 'published'; readonly bundle: Bundle }
  /** Another replica's policy is in force here. */
  | { readonly kind: 'taken'; readonly bundle: Bundle }
  /** Another replica's policy is invalid here. */
  | { readonly kind: 'refused'; readonly bundle: Bundle; readonly problems: readonly string[] }
  | { readonly kind: 'too-large' }
  /** The value in Redis was not signed by a replica. */
  | { readonly kind: 'unsigned' };

/** Milliseconds between two checks that it is still in Redis. */
const LOOK = 30_000;
/** The timeout in milliseconds; no client waits for it. */
const PATIENCE = 2_000;
/** Maximum number of attempts, because others may edit concurrently. */
const ATTEMPTS = 5;

/** Replaces the value if it is the one that was read. */
const SWAP = new Script(`
if not ({ string = 1, none = 1 })[redis.call('TYPE', KEYS[1]).ok] then redis.call('DEL', KEYS[1]) end
local seen = redis.call('GET', KEYS[1])
if ARGV[1] == '' then
  if seen and #seen <= ${LONGEST_BUNDLE} then return 0 end
elseif not seen or redis.sha1hex(seen) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`);

/**
 * One policy for all replicas: a valid edit of any replica's folder applies to all. It is signed and stored on disk, so
 * someone who can only write to Redis can neither change a policy nor revoke one.
 */
export class SharedPolicy {
  readonly #parts: SharedPolicyParts;
  readonly #key: string;
  #held: Bundle | undefined;
  /** Whether it is in force instead of the own folder. */
  #isShared = false;
  /** The last known digest of the own folder, and its files. */
  #own: string | undefined;
  #files: readonly BundledFile[] = [];
  #state: OwnFolder['kind'] = 'new';
  #whileAway = false;
  /** The digest of a bundle that is invalid here. */
  #refused: string | undefined;
  readonly #looks = new OnceMore(() => this.#look());
  #begun = false;
  #stop = () => {};

  private constructor(parts: SharedPolicyParts) {
    this.#parts = parts;
    this.#key = parts.line.key('policy');
  }

  /** Restores the state before a restart. */
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

  /** The number of the known bundle; undefined for none. */
  get seq(): number | undefined {
    return this.#held?.seq;
  }

  /** The bundle in force; undefined if the own folder is. */
  get inForce(): Bundle | undefined {
    return this.#isShared ? this.#held : undefined;
  }

  /** Changes whenever other files must be read. */
  get state(): string {
    return this.#isShared ? `shared ${this.#held?.seq}` : 'own';
  }

  /** The folders of the files in force: an edit of the own folder since the last check overrides. */
  async paths(): Promise<readonly string[]> {
    const { own, kept, readOwn } = this.#parts;
    if (!this.#isShared) return own;
    const digest = await readOwn().then(digestOf, () => undefined);
    return digest === undefined || digest === this.#own ? [kept.files] : own;
  }

  /**
   * Files were loaded and are in force. @param paths their folders @param files undefined if they are too large to
   * store
   */
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

  /** Resolves after the first check, even if it failed. */
  async begin(): Promise<void> {
    this.#begun = true;
    this.#stop = this.#parts.every(LOOK, () => this.look());
    await this.look();
  }

  /** Checks the shared policy and performs the next action. Never rejects. */
  look(): Promise<void> {
    return this.#looks.run();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#looks.settled();
  }

  async #look(): Promise<void> {
    // The connection reports it, and the next check repeats the action.
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1)
      if (await this.#sync().catch(() => true)) return;
  }

  /** @returns whether it is done; if not, another replica was faster */
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
      // Another replica has shared the same content, or this one did before a restart.
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

  /** If the disk rejects it, a restart finds the same as a replica without a record. */
  async #remember(): Promise<void> {
    const bundle = this.#held;
    if (bundle === undefined) return;
    await this.#parts.kept
      .save({ bundle, isShared: this.#isShared, own: this.#own })
      .catch(() => {});
  }
}
