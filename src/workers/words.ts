import type { TokenEntry } from '../access/token.js';
import type { Config } from '../config/config.js';
import type { PolicyFilePart } from '../dashboard/policy-file.js';
import type { PolicyReport } from '../dashboard/policy-report.js';
import type { AskedFile } from '../dashboard/policy-reports.js';
import type { ServiceState } from '../dashboard/service-state.js';
import type { Missing } from '../decisions/fleet-reader.js';
import type {
  FileHistory,
  HistoryAsked,
  NamedDecision,
  Overview,
  OverviewRange,
  RefusalFilter,
  RefusalPage,
  RefusalsAsked,
  RequestFilter,
  RequestPage,
} from '../decisions/queries/decision-queries.js';
import type { LogRecord } from '../decisions/record.js';
import type { UsedProject } from '../decisions/rollups/project-users.js';
import type { LearntBytes, SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Linked } from '../domain/short-id.js';
import type { FillNews, Holder, Lost } from '../fleet/leases.js';
import type { Learnt } from '../fleet/news.js';
import type { FetchedPage, MeetingAnswer, MeetingAsked } from '../fleet/shared-projects.js';
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

/** What a worker judges by, part by part, as it is told. */
export interface Parts {
  readonly policy: PolicyText;
  /** Undefined where anybody may ask. */
  readonly tokens: readonly TokenEntry[] | undefined;
  /** At least this new is what lies in the feed's file; undefined where there is no feed yet. */
  readonly feed: { readonly syncedAt: number | undefined } | undefined;
}

export type PartName = keyof Parts;

/** The primary numbers each part from 1, and counts up at every change: a greater number is a later truth. */
export type Numbers = Readonly<Record<PartName, number>>;

/** One part under its number. */
export type NumberedPart<Name extends PartName = PartName> = {
  readonly [N in Name]: { readonly name: N; readonly number: number; readonly content: Parts[N] };
}[Name];

/** What is in force when a worker asks. */
export interface InForce {
  /** Who holds less may not answer by it. */
  readonly required: Numbers;
  /** The newest of what the worker does not hold. */
  readonly parts: readonly NumberedPart[];
}

/** What a worker needs to begin, beside what is in force. */
export interface Welcome {
  /** 1 to the number of workers. */
  readonly number: number;
  readonly config: Config;
  readonly health: readonly HealthPart[];
}

export type LeaseAnswer =
  /** `holder`: a replica that is at it, whose bytes are to be had there. */
  | { readonly kind: 'ours'; readonly holder: Holder | undefined }
  /** `id` is what news of another's fill come under; `news` is what has been told of it. */
  | { readonly kind: 'theirs'; readonly id: number; readonly news: readonly FillNews[] };

/** Where one listens. */
export interface Where {
  readonly address: string;
  readonly port: number;
}

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
    /** See `compose/folder-troubles`. */
    readonly trouble: {
      readonly cause: string;
      readonly detail: string | undefined;
      readonly path: string | undefined;
    };
    readonly unreadable: { readonly path: string; readonly why: string };
    readonly learnt: Learnt;
    /** A meeting is over; see `fleet/shared-projects`. */
    readonly met: {
      readonly project: ProjectName;
      readonly turn: string;
      readonly page: FetchedPage | undefined;
    };
    readonly 'page-gone': { readonly project: ProjectName; readonly upstream: string };
    readonly 'give-back': readonly Learnt[];
    /** Whether anybody there listens to decisions as they are made. */
    readonly listen: { readonly isOn: boolean };
    /** It listens, on all of its ports. The dashboard's is undefined where that has none of its own. */
    readonly serving: { readonly clients: Where; readonly dashboard: Where | undefined };
    /** The worker could not begin, and why. */
    readonly failed: { readonly message: string };
  };
  readonly asks: {
    /** The worker's run, by which its unfinished files are known. */
    readonly welcome: readonly [{ readonly run: string }, Welcome];
    /** What the worker holds, and what is in force. */
    readonly 'in-force': readonly [Numbers, InForce];
    readonly meet: readonly [MeetingAsked, MeetingAnswer | undefined];
    readonly pin: readonly [Omit<LearntBytes, 'what'>, SeenBytes | undefined];
    readonly lease: readonly [{ readonly key: string }, LeaseAnswer];
    readonly 'short-lease': readonly [{ readonly key: string; readonly lasts: number }, boolean];
    /** A replica whose bytes were being got is lost; the answer is who is at it now. */
    readonly 'lease-lost': readonly [
      { readonly key: string; readonly holder: Holder; readonly lost: Lost },
      Holder | undefined,
    ];
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
    readonly decision: readonly [LogRecord, undefined];
    readonly overview: readonly [
      { readonly range: OverviewRange; readonly user: string | undefined },
      Overview,
    ];
    readonly refusals: readonly [
      { readonly filter: RefusalFilter; readonly asked: RefusalsAsked | undefined },
      RefusalPage,
    ];
    readonly requests: readonly [
      {
        readonly filter: RequestFilter;
        readonly cursor: string | undefined;
        readonly most: number | undefined;
      },
      RequestPage,
    ];
    readonly 'file-history': readonly [HistoryAsked, FileHistory];
    readonly 'refused-files': readonly [string, readonly Linked[]];
    readonly 'used-projects': readonly [undefined, readonly UsedProject[]];
    readonly 'decision-named': readonly [string, NamedDecision | undefined];
    /** @see Fleet.missingDecisions */
    readonly 'missing-decisions': readonly [string | undefined, readonly Missing[]];
    readonly 'recent-decisions': readonly [undefined, readonly NamedDecision[]];
    readonly 'service-state': readonly [undefined, ServiceState];
    readonly 'policy-report': readonly [{ readonly comments: boolean }, PolicyReport];
    readonly 'policy-file': readonly [AskedFile, PolicyFilePart | undefined];
    readonly metrics: readonly [undefined, string];
  };
}

/** What a worker understands. */
export interface WorkerWords {
  readonly tells: {
    readonly 'fill-news': { readonly id: number; readonly news: FillNews };
    readonly 'fill-over': { readonly id: number; readonly how: 'released' | 'lost' };
    readonly learnt: Learnt;
    readonly decided: NamedDecision;
    readonly health: HealthPart;
    /** A part has changed; where this is lost, the next answer to `in-force` says so, too. */
    readonly part: NumberedPart;
    /** Something that each has found out for itself may have changed. */
    readonly reload: undefined;
    readonly stop: undefined;
  };
  readonly asks: {
    readonly metrics: readonly [undefined, MetricSnapshot];
  };
}

export type ToWorker = Channel<PrimaryWords, WorkerWords>;
export type ToPrimary = Channel<WorkerWords, PrimaryWords>;
