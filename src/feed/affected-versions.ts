import { compareVersions, parseVersion, sameVersion } from '../domain/version.js';
import { isObject, listOf } from './json-value.js';

/** A span of versions: from `introduced` (`'0'`: from the first) up to `fixed`, or up to and with `last`. */
export interface VersionSpan {
  readonly introduced: string;
  readonly fixed?: string;
  readonly last?: string;
}

/** The versions that one entry of `affected` names: those listed, and those in the spans. */
export interface AffectedVersions {
  /** PEP 440's normal forms. */
  readonly versions: readonly string[];
  readonly spans: readonly VersionSpan[];
}

const EVERY: readonly VersionSpan[] = [{ introduced: '0' }];

/**
 * Reads `versions` and `ranges` of an OSV record: both count (OSV schema, evaluation). What cannot be read is doubt,
 * and a record of malware then counts for every version that it does not rule out:
 *
 * - A list of which every version can be read is exact: what cannot be read of the ranges beside it adds nothing.
 * - Where there is no such list, a range that cannot be read whole counts as far as it may reach.
 * - Where nothing else is said than by commits (`GIT`), by what is no version, or not at all, it is every version.
 */
export function readAffectedVersions(
  affected: Readonly<Record<string, unknown>>,
): AffectedVersions {
  const listed = listOf(affected.versions);
  const read = listed.map((text) => (typeof text === 'string' ? parseVersion(text) : undefined));
  const versions = read.filter((version) => version !== undefined);
  const ranges = listOf(affected.ranges).map(readRange);
  const clear = ranges.filter(({ isClear }) => isClear).flatMap(({ spans }) => spans);
  if (versions.length > 0 && versions.length === listed.length) return { versions, spans: clear };
  if (clear.length === 0 && versions.length < listed.length) return { versions, spans: EVERY };
  const spans = ranges.flatMap((range) => range.spans);
  return { versions, spans: spans.length === 0 && versions.length === 0 ? EVERY : spans };
}

/** Of an advisory that lets something through, doubt speaks against it: only the ranges that can be read whole. */
export function readClearRanges(ranges: unknown): {
  readonly spans: readonly VersionSpan[];
  /** PEP 440's normal forms. A limit is no fix: it says that nothing is known beyond. */
  readonly fixed: readonly string[];
} {
  const clear = listOf(ranges)
    .map(readRange)
    .filter(({ isClear }) => isClear);
  return {
    spans: clear.flatMap(({ spans }) => spans),
    fixed: clear.flatMap(({ fixed }) => fixed),
  };
}

interface Range {
  readonly spans: readonly VersionSpan[];
  /** The ends that are called fixed. */
  readonly fixed: readonly string[];
  /** Whether all of it could be read. */
  readonly isClear: boolean;
}

/** Kinds of events, in the order in which they count at one and the same version. */
const KINDS = ['fixed', 'introduced', 'last_affected', 'limit'] as const;

interface Event {
  readonly kind: (typeof KINDS)[number];
  /** `'0'` comes before every version; undefined where it cannot be read. */
  readonly version: string | undefined;
}

/** Whoever gives commits lists the versions too, or gives another range: alone they say nothing. */
const COMMITS: Range = { spans: [], fixed: [], isClear: false };
const UNREADABLE: Range = { spans: EVERY, fixed: [], isClear: false };

function readRange(range: unknown): Range {
  if (!isObject(range)) return UNREADABLE;
  if (range.type === 'GIT') return COMMITS;
  const events = listOf(range.events).flatMap(readEvent);
  if (events.length === 0) return UNREADABLE;
  const isUnread = ({ kind, version }: Event) => kind === 'introduced' && version === undefined;
  // A beginning that cannot be read may be anywhere, but where it is the first it comes before all others.
  if (events.slice(1).some(isUnread)) return UNREADABLE;
  const begins = events.some(({ kind, version }) => kind === 'introduced' && version !== undefined);
  const start: Event[] = begins ? [] : [{ kind: 'introduced', version: '0' }];
  const readable = [...start, ...events].filter((event) => event.version !== undefined);
  return {
    spans: spansOf(readable as Placed[]),
    fixed: readable.flatMap(({ kind, version }) => (kind === 'fixed' ? version! : [])),
    isClear: begins && readable.length === events.length,
  };
}

function readEvent(event: unknown): Event[] {
  const given = isObject(event) ? KINDS.filter((kind) => (event[kind] ?? null) !== null) : [];
  if (!isObject(event) || given.length === 0) return [{ kind: 'introduced', version: undefined }];
  return given
    .filter((kind) => kind !== 'limit' || event[kind] !== '*')
    .map((kind) => ({ kind, version: placeOf(event[kind]) }));
}

function placeOf(text: unknown): string | undefined {
  const version = typeof text === 'string' ? parseVersion(text) : undefined;
  return version !== undefined && sameVersion(version, '0') ? '0' : version;
}

type Placed = Event & { readonly version: string };

/** Events count in the order of versions, however they are listed: each beginning opens a span, each end closes it. */
function spansOf(events: readonly Placed[]): VersionSpan[] {
  const sorted = events.toSorted(
    (a, b) =>
      compareVersions(a.version, b.version) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind),
  );
  const spans: VersionSpan[] = [];
  let introduced: string | undefined;
  for (const { kind, version } of sorted) {
    if (kind === 'introduced') introduced ??= version;
    else if (introduced !== undefined && kind !== 'limit') {
      spans.push({ introduced, [kind === 'fixed' ? 'fixed' : 'last']: version });
      introduced = undefined;
    }
  }
  if (introduced !== undefined) spans.push({ introduced });
  const limit = sorted.findLast(({ kind }) => kind === 'limit')?.version;
  return limit === undefined ? spans : spans.flatMap((span) => cut(span, limit));
}

/** What of a span lies before a limit. */
function cut(span: VersionSpan, limit: string): VersionSpan[] {
  const { introduced, fixed, last } = span;
  if (compareVersions(introduced, limit) >= 0) return [];
  const end = fixed ?? last;
  return end !== undefined && compareVersions(end, limit) < 0
    ? [span]
    : [{ introduced, fixed: limit }];
}
