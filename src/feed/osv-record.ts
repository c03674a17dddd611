import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import {
  type AffectedVersions,
  readAffectedVersions,
  readClearRanges,
  type VersionSpan,
} from './affected-versions.js';
import { isObject, listOf } from './json-value.js';

/** A record's entry for one project. Plain data, as in the feed's file. */
export interface FeedEntry extends AffectedVersions {
  readonly id: string;
  readonly project: ProjectName;
  readonly summary?: string;
  /** The record's own time of its last change. */
  readonly modified?: string;
}

/** A reviewed advisory's fixes for one project. Plain data, as above. */
export interface FixEntry {
  readonly id: string;
  readonly project: ProjectName;
  /** In the record's notation. */
  readonly published?: string;
  /** In PEP 440's normal form: the ends of ranges that are marked as fixed. */
  readonly fixed: readonly string[];
  readonly spans: readonly VersionSpan[];
}

/** A parsed record. */
export interface OsvRecord {
  readonly id: string;
  /** The record's own time of its last change. */
  readonly modified: string;
  /** Empty if it is withdrawn, is not malware, or is for another ecosystem. */
  readonly entries: readonly FeedEntry[];
  /** Empty if it is not reviewed, is withdrawn, or names no fixed version. */
  readonly fixes: readonly FixEntry[];
}

/**
 * Reads an OSV record (schema 1.7). Malware has an identifier `MAL-…`, or an alias of that form. It counts until it is
 * withdrawn.
 * @param name the filename: a record without a number has an empty identifier
 * @returns undefined if it is not a record
 */
export function readOsvRecord(value: unknown, name = ''): OsvRecord | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const id = value.id || name;
  const modified = typeof value.modified === 'string' ? value.modified : '';
  const aliases = listOf(value.aliases).filter((alias) => typeof alias === 'string');
  const malware = [id, ...aliases].find((text) => text.startsWith('MAL-'));
  const isWithdrawn = typeof value.withdrawn === 'string' && value.withdrawn !== '';
  if (isWithdrawn) return { id, modified, entries: [], fixes: [] };
  if (malware === undefined) return { id, modified, entries: [], fixes: fixesIn(value, id) };
  const text = typeof value.summary === 'string' ? value.summary : undefined;
  const summary = text?.replace(/\s+/g, ' ').trim().slice(0, 200);
  const entries = listOf(value.affected).flatMap((affected): FeedEntry[] => {
    const project = projectOf(affected);
    if (project === undefined || !isObject(affected)) return [];
    const said = { ...(summary && { summary }), ...(modified && { modified }) };
    return [{ id: malware, project, ...said, ...readAffectedVersions(affected) }];
  });
  return { id, modified, entries, fixes: [] };
}

/**
 * The reviewed advisories: the PyPA's records, and the GitHub records that are marked as reviewed. A publisher of a
 * release can also write its release notes, but cannot edit these databases alone.
 */
function fixesIn(value: Readonly<Record<string, unknown>>, id: string): FixEntry[] {
  const said = isObject(value.database_specific) ? value.database_specific : {};
  const isReviewed =
    id.startsWith('PYSEC-') || (id.startsWith('GHSA-') && said.github_reviewed === true);
  if (!isReviewed) return [];
  const published = typeof value.published === 'string' && { published: value.published };
  return listOf(value.affected).flatMap((affected): FixEntry[] => {
    const project = projectOf(affected, /^PyPI$/);
    if (project === undefined || !isObject(affected)) return [];
    const { fixed, spans } = readClearRanges(affected.ranges);
    return fixed.length > 0 ? [{ id, project, ...published, fixed, spans }] : [];
  });
}

/** `PyPI:` may have a suffix for another index of the same kind. */
const ANY_PYPI = /^PyPI(?::|$)/i;

function projectOf(affected: unknown, ecosystem = ANY_PYPI): ProjectName | undefined {
  const named = isObject(affected) && isObject(affected.package) ? affected.package : undefined;
  const isOurs = typeof named?.ecosystem === 'string' && ecosystem.test(named.ecosystem);
  return isOurs && typeof named.name === 'string' ? parseProjectName(named.name.trim()) : undefined;
}
