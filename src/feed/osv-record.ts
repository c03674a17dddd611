import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { type AffectedVersions, readAffectedVersions } from './affected-versions.js';
import { isObject, listOf } from './json-value.js';

/** What one record says of one project. Plain data, as the file of the feed keeps it. */
export interface FeedEntry extends AffectedVersions {
  readonly id: string;
  readonly project: ProjectName;
  readonly summary?: string;
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
 * Reads an OSV record (schema 1.7). Malware has an identifier `MAL-…`, or an alias of that form. It counts until it
 * says that it is withdrawn.
 * @param name of its file: a record that has no number yet has an empty identifier
 * @returns undefined where it is not a record at all
 */
export function readOsvRecord(value: unknown, name = ''): OsvRecord | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const id = value.id || name;
  const modified = typeof value.modified === 'string' ? value.modified : '';
  const aliases = listOf(value.aliases).filter((alias) => typeof alias === 'string');
  const malware = [id, ...aliases].find((text) => text.startsWith('MAL-'));
  const isWithdrawn = typeof value.withdrawn === 'string' && value.withdrawn !== '';
  if (malware === undefined || isWithdrawn) return { id, modified, entries: [] };
  const text = typeof value.summary === 'string' ? value.summary : undefined;
  const summary = text?.replace(/\s+/g, ' ').trim().slice(0, 200);
  const entries = listOf(value.affected).flatMap((affected): FeedEntry[] => {
    const project = projectOf(affected);
    if (project === undefined || !isObject(affected)) return [];
    return [
      { id: malware, project, ...(summary && { summary }), ...readAffectedVersions(affected) },
    ];
  });
  return { id, modified, entries };
}

function projectOf(affected: unknown): ProjectName | undefined {
  const named = isObject(affected) && isObject(affected.package) ? affected.package : undefined;
  // `PyPI:` may carry a suffix for another index of the same kind.
  const isPypi = typeof named?.ecosystem === 'string' && /^PyPI(?::|$)/i.test(named.ecosystem);
  return isPypi && typeof named.name === 'string' ? parseProjectName(named.name.trim()) : undefined;
}
