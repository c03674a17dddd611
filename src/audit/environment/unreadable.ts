import { counted } from '../../domain/plural.js';
import { type AuditFinding, auditFinding } from '../report.js';
import { type SitePath, shownPath } from './site-path.js';

/** @param why the error's code, or the problem */
export function unreadableFile(path: SitePath, why: string): AuditFinding {
  const shown = shownPath(path);
  return auditFinding('unreadable', `${shown} cannot be read (${why})`, { path: shown });
}

export function unreadableFolder(path: SitePath, why: string): AuditFinding {
  const shown = shownPath(path);
  return auditFinding('unreadable', `${shown} cannot be listed (${why})`, { path: shown });
}

/** Replaces the findings for unlisted files while a RECORD that may list them could not be read. */
export function unclearOwners(site: SitePath, count: number): AuditFinding {
  const shown = shownPath(site);
  const detail = `the owner of ${counted(count, 'file')} in ${shown} is unknown: a RECORD cannot be read`;
  return auditFinding('unreadable', detail, { path: shown });
}

/** Reports each unreadable path once, because several checks meet the same file. */
export function eachUnreadableOnce(findings: readonly AuditFinding[]): AuditFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, path }) => {
    if (code !== 'unreadable' || path === undefined) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return true;
  });
}
