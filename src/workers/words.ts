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
import type { MetArtifact } from '../domain/start-partners.js';
import type { FillNews, Holder, Lost } from '../fleet/leases.js';
import type { Learnt } from '../fleet/news.js';
import type { FetchedPage, MeetingAnswer, MeetingAsked } from '../fleet/shared-projects.js';
import type { HealthPart } from '../observe/health.js';
import type { MetricSnapshot } from '../observe/metrics.js';
import type { PolicyMeaning } from '../policy/merge.js';
import type { CacheName } from '../store/cache-room.js';
import type { SpaceName } from '../store/space.js';
import type { Channel } from './channel.js';

/** A policy as data with its revision, which is cheaper to send than to compute. */
export interface PolicyText {
  readonly meaning: PolicyMeaning;
  readonly revision: string;
}

/** The state that a worker judges by, in parts that are sent separately. */
export interface Parts {
  readonly policy: PolicyText;
  /** Undefined if anonymous access is allowed. */
  readonly tokens: readonly TokenEntry[] | undefined;
  /** The minimum age of the feed's file; undefined while there is no feed. */
  readonly feed: { readonly syncedAt: number | undefined } | undefined;
}

export type PartName = keyof Parts;

/** The primary numbers each part from 1 and increments it with every change: a greater number is newer. */
export type Numbers = Readonly<Record<PartName, number>>;

/** One part with its number. */
export type NumberedPart<Name extends PartName = PartName> = {
  readonly [N in Name]: { readonly name: N; readonly number: number; readonly content: Parts[N] };
}[Name];

/** The state in force at a worker's request. */
export interface InForce {
  /** A worker with lower numbers must not respond. */
  readonly required: Numbers;
  /** The newest parts that the worker lacks. */
  readonly parts: readonly NumberedPart[];
}

/** The data that a worker needs at its start, apart from the state in force. */
export interface Welcome {
  /** 1 to the number of workers. */
  readonly number: number;
  readonly config: Config;
  readonly health: readonly HealthPart[];
}

export type LeaseAnswer =
  /** `holder`: a replica that is receiving the artifact, whose bytes can be fetched there. */
  | { readonly kind: 'ours'; readonly holder: Holder | undefined }
  /** `id` identifies the news of another process's fill; `news` are the previous ones. */
  | { readonly kind: 'theirs'; readonly id: number; readonly news: readonly FillNews[] };

/** The address of a server. */
export interface Where {
  readonly address: string;
  readonly port: number;
}

/** The messages that the primary accepts. */
export interface PrimaryWords {
  readonly tells: {
    readonly 'fill-news': { readonly key: string; readonly news: FillNews };
    readonly 'fill-over': { readonly key: string; readonly how: 'released' | 'lost' };
    readonly use: { readonly cache: CacheName; readonly name: string; readonly size: number };
    readonly forget: { readonly cache: CacheName; readonly name: string };
    /** For reserved room, by its id: bytes written; the rest is released. */
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
    /** A meeting has ended; see `fleet/shared-projects`. */
    readonly met: {
      readonly project: ProjectName;
      readonly turn: string;
      readonly page: FetchedPage | undefined;
    };
    readonly 'page-gone': { readonly project: ProjectName; readonly upstream: string };
    readonly 'give-back': readonly Learnt[];
    /** Whether the worker has listeners for live decisions. */
    readonly listen: { readonly isOn: boolean };
    /** It serves on all its ports. The dashboard's is undefined without a separate port. */
    readonly serving: { readonly clients: Where; readonly dashboard: Where | undefined };
    /** The worker could not start, with the reason. */
    readonly failed: { readonly message: string };
  };
  readonly asks: {
    /** The worker's run, which identifies its unfinished files. */
    readonly welcome: readonly [{ readonly run: string }, Welcome];
    /** The worker's state, and the state in force. */
    readonly 'in-force': readonly [Numbers, InForce];
    readonly meet: readonly [MeetingAsked, MeetingAnswer | undefined];
    readonly pin: readonly [Omit<LearntBytes, 'what'>, SeenBytes | undefined];
    readonly lease: readonly [{ readonly key: string }, LeaseAnswer];
    /** The reply is its place in the order; see `store/start-place-order`. */
    readonly 'start-places': readonly [MetArtifact, number];
    readonly 'short-lease': readonly [{ readonly key: string; readonly lasts: number }, boolean];
    /** A replica that sent its bytes is lost; the reply is its present holder. */
    readonly 'lease-lost': readonly [
      { readonly key: string; readonly holder: Holder; readonly lost: Lost },
      Holder | undefined,
    ];
    readonly admit: readonly [
      { readonly cache: CacheName; readonly name: string; readonly size: number },
      boolean,
    ];
    /** Room for a file under the worker's own id, or for more of it. */
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

/** The messages that a worker accepts. */
export interface WorkerWords {
  readonly tells: {
    readonly 'fill-news': { readonly id: number; readonly news: FillNews };
    readonly 'fill-over': { readonly id: number; readonly how: 'released' | 'lost' };
    readonly 'start-places': { readonly artifact: MetArtifact; readonly since: number };
    readonly learnt: Learnt;
    readonly decided: NamedDecision;
    readonly health: HealthPart;
    /** A part has changed; if this message is lost, the next reply to `in-force` contains the part. */
    readonly part: NumberedPart;
    /** A state that each process determines itself may have changed. */
    readonly reload: undefined;
    readonly stop: undefined;
  };
  readonly asks: {
    readonly metrics: readonly [undefined, MetricSnapshot];
  };
}

export type ToWorker = Channel<PrimaryWords, WorkerWords>;
export type ToPrimary = Channel<WorkerWords, PrimaryWords>;
