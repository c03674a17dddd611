import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { parseVersion } from '../domain/version.js';

/** A span of versions: from `introduced` (`'0'`: from the first) up to `fixed`, or up to and with `last`. */
export interface VersionSpan {
  readonly introduced: string;
  readonly fixed?: string;
  readonly last?: string;
}

/** What one record says of one project. Plain data, as the file of the feed keeps it. */
export interface FeedEntry {
  readonly id: string;
  readonly project: ProjectName;
  readonly summary?: string;
  /** PEP 440's normal forms. */
  readonly versions: readonly string[];
  readonly spans: readonly VersionSpan[];
}

/** A record, taken apart. */
export interface OsvRecord {
  readonly id: string;
  /** When it was last changed, as it says itself. */
  readonly modified: string;
  /** Empty where it is withdrawn, is no malware, or is for another ecosystem. */
  readonly entries: readonly FeedEntry[];
}

/**
 * Reads an OSV record (schema 1.7). Malware has an identifier `MAL-…`, or an alias of that form.
 * @returns undefined where it is not a record at all
 */
export function readOsvRecord(value: unknown): OsvRecord | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const { id } = value;
  const modified = typeof value.modified === 'string' ? value.modified : '';
  const aliases = list(value.aliases).filter((alias) => typeof alias === 'string');
  const malware = [id, ...aliases].find((name) => name.startsWith('MAL-'));
  if (malware === undefined || typeof value.withdrawn === 'string')
    return { id, modified, entries: [] };
  const text = typeof value.summary === 'string' ? value.summary : undefined;
  const summary = text?.replace(/\s+/g, ' ').trim().slice(0, 200);
  const entries = list(value.affected).flatMap((affected): FeedEntry[] => {
    const project = projectOf(affected);
    if (project === undefined || !isObject(affected)) return [];
    const versions = list(affected.versions).flatMap(normalVersion);
    const spans = list(affected.ranges).flatMap(spansOf);
    // A record that names neither means the project as such: it was malware from the start.
    const all = list(affected.versions).length === 0 && list(affected.ranges).length === 0;
    return [
      {
        id: malware,
        project,
        ...(summary && { summary }),
        versions,
        spans: all ? [{ introduced: '0' }] : spans,
      },
    ];
  });
  return { id, modified, entries };
}

function projectOf(affected: unknown): ProjectName | undefined {
  const named = isObject(affected) && isObject(affected.package) ? affected.package : undefined;
  // `PyPI:` may carry a suffix for another index of the same kind.
  const isPypi = typeof named?.ecosystem === 'string' && /^PyPI(?::|$)/.test(named.ecosystem);
  return isPypi && typeof named.name === 'string' ? parseProjectName(named.name) : undefined;
}

function normalVersion(text: unknown): string[] {
  const version = typeof text === 'string' ? parseVersion(text) : undefined;
  return version === undefined ? [] : [version];
}

/** Events come in the order of versions: each `introduced` opens a span, the next limit closes it. */
function spansOf(range: unknown): VersionSpan[] {
  if (!isObject(range) || range.type === 'GIT') return [];
  const spans: VersionSpan[] = [];
  let introduced: string | undefined;
  for (const event of list(range.events)) {
    if (!isObject(event)) continue;
    const { fixed, last_affected: last } = event;
    if (typeof event.introduced === 'string') {
      if (introduced !== undefined) spans.push({ introduced });
      introduced = event.introduced;
    } else if (introduced !== undefined && typeof fixed === 'string') {
      spans.push({ introduced, fixed });
      introduced = undefined;
    } else if (introduced !== undefined && typeof last === 'string') {
      spans.push({ introduced, last });
      introduced = undefined;
    }
  }
  if (introduced !== undefined) spans.push({ introduced });
  return spans;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
