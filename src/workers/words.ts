import type { Config } from '../config/config.js';
import type { DecisionRecord, ExposedRecord } from '../decisions/record.js';
import type { FillNews } from '../fleet/leases.js';
import type { Learnt } from '../fleet/news.js';
import type { HealthPart } from '../observe/health.js';
import type { MetricSnapshot } from '../observe/metrics.js';
import type { PolicyMeaning } from '../policy/merge.js';
import type { CacheName } from '../store/cache-room.js';
import type { SpaceName } from '../store/space.js';
import type { Channel } from './channel.js';

/** A policy as data, and its revision, which costs more to tell than to carry. */
export interface PolicyText {
  readonly meaning: PolicyMeaning;
  readonly revision: string;
}

/** All that a worker needs to begin. */
export interface Welcome {
  /** 1 to the number of workers. */
  readonly number: number;
  readonly config: Config;
  readonly policy: PolicyText;
  readonly health: readonly HealthPart[];
}

export type LeaseAnswer =
  | { readonly kind: 'ours' }
  /** `id` is what news of another's fill come under; `news` is what has been told of it. */
  | { readonly kind: 'theirs'; readonly id: number; readonly news: readonly FillNews[] };

/** What the primary understands. */
export interface PrimaryWords {
  readonly tells: {
    readonly 'fill-news': { readonly key: string; readonly news: FillNews };
    readonly 'fill-over': { readonly key: string; readonly how: 'released' | 'lost' };
    readonly use: { readonly cache: CacheName; readonly name: string; readonly size: number };
    readonly forget: { readonly cache: CacheName; readonly name: string };
    /** Of room that was promised, by its id: so much is in the file; no more is wanted. */
    readonly wrote: { readonly id: number; readonly bytes: number };
    readonly 'room-over': { readonly id: number };
    readonly learnt: Learnt;
    /** The worker could not begin, and why. */
    readonly failed: { readonly message: string };
  };
  readonly asks: {
    /** The worker's run, by which its unfinished files are known. */
    readonly welcome: readonly [{ readonly run: string }, Welcome];
    readonly lease: readonly [{ readonly key: string }, LeaseAnswer];
    readonly admit: readonly [
      { readonly cache: CacheName; readonly name: string; readonly size: number },
      boolean,
    ];
    /** Room for a file under an id of the worker's own, or for more of it. */
    readonly room: readonly [
      {
        readonly space: SpaceName;
        readonly id: number;
        readonly bytes: number;
        readonly patience: number;
      },
      boolean,
    ];
    readonly decision: readonly [DecisionRecord | ExposedRecord, undefined];
    readonly metrics: readonly [undefined, string];
  };
}

/** What a worker understands. */
export interface WorkerWords {
  readonly tells: {
    readonly 'fill-news': { readonly id: number; readonly news: FillNews };
    readonly 'fill-over': { readonly id: number; readonly how: 'released' | 'lost' };
    readonly learnt: Learnt;
    readonly health: HealthPart;
    /** The policy that was prepared is in force. */
    readonly policy: { readonly revision: string };
    /** There is a new feed in the feed's file. */
    readonly feed: undefined;
    /** Something that each reads for itself may have changed. */
    readonly reload: undefined;
    readonly stop: undefined;
  };
  readonly asks: {
    /** Makes a policy ready, so that all take it over in one moment. */
    readonly 'prepare-policy': readonly [PolicyText, undefined];
    readonly metrics: readonly [undefined, MetricSnapshot];
  };
}

export type ToWorker = Channel<PrimaryWords, WorkerWords>;
export type ToPrimary = Channel<WorkerWords, PrimaryWords>;
