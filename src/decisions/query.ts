import { parseProjectName } from '../domain/project-name.js';
import type { DecisionQuery } from './reader.js';
import type { CutRecord, DecisionRecord } from './record.js';

export function matches(record: DecisionRecord | CutRecord, query: DecisionQuery): boolean {
  const { project, versions, user, sha256, since, until, time, refused } = query;
  if (time !== undefined && record.time !== time) return false;
  if (refused === true && ('event' in record || record.verdict === 'allow')) return false;
  if (project !== undefined && normal(record.project) !== project) return false;
  // Another's log may hold anything there.
  if (sha256 !== undefined && !String(record.sha256).toLowerCase().startsWith(sha256)) return false;
  if (user !== undefined && record.user !== user) return false;
  // Without a version, or with a time that cannot be read, it may be the one that is looked for.
  if (since !== undefined && Date.parse(record.time) < since) return false;
  if (until !== undefined && Date.parse(record.time) >= until) return false;
  return versions === undefined || record.version === undefined || versions(record.version);
}

/** A name in its normal form (PEP 503); what is no name is itself. */
export function normal(project: string): string {
  return parseProjectName(project) ?? project;
}

/** Says of bytes of a log whether a line in them may match: lines that cannot are not parsed. */
export function mayMatch(query: DecisionQuery): (lines: Buffer) => boolean {
  const text = textOf(query);
  if (text === undefined) return () => true;
  // Whoever wrote the log may have written a letter as \u0061. No other escape stands for what is looked for.
  const pattern = new RegExp(`"${text}|\\\\u`, 'i');
  return (lines) => pattern.test(lines.toString('latin1'));
}

/** What a record that matches says behind a quotation mark, as a regular expression that heeds no case. */
function textOf({ project, user, sha256, time, refused }: DecisionQuery): string | undefined {
  if (time !== undefined) return `${time.replaceAll('.', '\\.')}"`;
  if (sha256 !== undefined) return sha256;
  if (project !== undefined) return `${project.replaceAll('-', '[-_.]+')}"`;
  // In any other text a writer may escape a character in more than one way.
  if (user !== undefined && /^[\w@. -]+$/.test(user)) return `${user.replaceAll('.', '\\.')}"`;
  return refused === true ? '(?:block|warn)"' : undefined;
}
