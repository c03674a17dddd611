import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import type { DecisionQuery } from './reader.js';
import type { QueryRecord, RequestRecord } from './record.js';

export function matches(record: RequestRecord, query: DecisionQuery): boolean {
  const { project, versions, sha256, time, refused } = query;
  if (time !== undefined && record.time !== time) return false;
  if (refused === true && ('event' in record || record.verdict === 'allow')) return false;
  if (isQuestion(record)) return isAbout(record, query) && isWithin(record, query);
  if (project !== undefined && normal(record.project) !== project) return false;
  // Another's log may hold anything there.
  if (sha256 !== undefined && !String(record.sha256).toLowerCase().startsWith(sha256)) return false;
  if (!isWithin(record, query)) return false;
  // Without a version, it may be the requested one.
  return versions === undefined || record.version === undefined || versions(record.version);
}

/** Of the user who is asked for, and of the time; one that cannot be read may be any. */
function isWithin(
  { user, time }: RequestRecord,
  { since, until, ...query }: DecisionQuery,
): boolean {
  if (query.user !== undefined && user !== query.user) return false;
  if (since !== undefined && Date.parse(time) < since) return false;
  return until === undefined || !(Date.parse(time) >= until);
}

function isQuestion(record: RequestRecord): record is QueryRecord {
  return 'event' in record && record.event === 'query';
}

/** It delivered no file. */
function isAbout(record: QueryRecord, { project, versions, sha256 }: DecisionQuery): boolean {
  if (sha256 !== undefined || project === undefined) return false;
  const asked = versionsAsked(record, project);
  return versions === undefined ? asked.length > 0 : asked.some(versions);
}

/** The versions of a project that a question is about. */
export function versionsAsked({ releases }: QueryRecord, project: ProjectName): readonly string[] {
  const asked = Object.hasOwn(releases, project) ? releases[project] : undefined;
  // Another's log may hold anything there.
  return Array.isArray(asked) ? asked.filter((version) => typeof version === 'string') : [];
}

/** The keys of a record for searches. */
export function projectsOf(record: RequestRecord): readonly string[] {
  return isQuestion(record) ? Object.keys(record.releases) : [normal(record.project)];
}

/** A normalized name (PEP 503); an invalid name is unchanged. */
export function normal(project: string): string {
  return parseProjectName(project) ?? project;
}

/** Whether a line in the bytes of a log may match: other lines are not parsed. */
export function mayMatch(query: DecisionQuery): (lines: Buffer) => boolean {
  const text = textOf(query);
  if (text === undefined) return () => true;
  // A letter in the log may be written as \u0061. No other escape can represent the search text.
  const pattern = new RegExp(`"${text}|\\\\u`, 'i');
  return (lines) => pattern.test(lines.toString('latin1'));
}

/** The text of a matching record after a quotation mark, as a case-insensitive regular expression. */
function textOf({ project, user, sha256, time, refused }: DecisionQuery): string | undefined {
  if (time !== undefined) return `${time.replaceAll('.', '\\.')}"`;
  if (sha256 !== undefined) return sha256;
  if (project !== undefined) return `${project.replaceAll('-', '[-_.]+')}"`;
  // In any other text a writer may escape a character in more than one way.
  if (user !== undefined && /^[\w@. -]+$/.test(user)) return `${user.replaceAll('.', '\\.')}"`;
  return refused === true ? '(?:block|warn)"' : undefined;
}
