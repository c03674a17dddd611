import { compareVersions, parseVersion, sameVersion } from '../domain/version.js';
import { isObject, listOf } from './json-value.js';

/** A span of versions: from `introduced` (`'0'`: from the first) to `fixed` (exclusive) or `last` (inclusive). */
export interface VersionSpan {
  readonly introduced: string;
  readonly fixed?: string;
  readonly last?: string;
}

/** The versions of one entry of `affected`: those listed, and those in the spans. */
export interface AffectedVersions {
  /** In PEP 440's normal form. */
  readonly versions: readonly string[];
  readonly spans: readonly VersionSpan[];
}

const EVERY: readonly VersionSpan[] = [{ introduced: '0' }];

/**
 * Reads `versions` and `ranges` of an OSV record: both count (OSV schema, evaluation). Unreadable parts count against
 * the version, so a malware record then applies to every version that it does not rule out:
 * - A fully readable list of versions is exact: unreadable ranges add nothing.
 * - Without such a list, an unreadable range counts with its maximum extent.
 * - If the versions are only given as commits (`GIT`), are invalid, or are missing, every version is affected.
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

/** The fixes of an advisory exempt a version, so unreadable parts do not count: only ranges that are fully readable. */
export function readClearRanges(ranges: unknown): {
  readonly spans: readonly VersionSpan[];
  /** In PEP 440's normal form. A limit is not a fix: it only ends the known range. */
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
  /** The ends that are marked as fixed. */
  readonly fixed: readonly string[];
  /** Whether the whole range was readable. */
  readonly isClear: boolean;
}

/** Kinds of events, in their order at the same version. */
const KINDS = ['fixed', 'introduced', 'last_affected', 'limit'] as const;

interface Event {
  readonly kind: (typeof KINDS)[number];
  /** `'0'` precedes every version; undefined if it is unreadable. */
  readonly version: string | undefined;
}

/** A record with commits also lists the versions, or has another range: commits alone identify no version. */
const COMMITS: Range = { spans: [], fixed: [], isClear: false };
const UNREADABLE: Range = { spans: EVERY, fixed: [], isClear: false };

function readRange(range: unknown): Range {
  if (!isObject(range)) return UNREADABLE;
  if (range.type === 'GIT') return COMMITS;
  const events = listOf(range.events).flatMap(readEvent);
  if (events.length === 0) return UNREADABLE;
  const isUnread = ({ kind, version }: Event) => kind === 'introduced' && version === undefined;
  // An unreadable start may be anywhere, except that the first start precedes all others.
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

/**
 * Events are evaluated in version order, regardless of their order in the record: each start opens a span, each end
 * closes it.
 */
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

/** The part of a span before a limit. */
function cut(span: VersionSpan, limit: string): VersionSpan[] {
  const { introduced, fixed, last } = span;
  if (compareVersions(introduced, limit) >= 0) return [];
  const end = fixed ?? last;
  return end !== undefined && compareVersions(end, limit) < 0
    ? [span]
    : [{ introduced, fixed: limit }];
}
