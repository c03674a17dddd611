import type { FindingList } from '../finding-list.js';
import type { InspectionLimits } from '../limits.js';

/** Control, format, line and paragraph separator characters: a screen or a file system may not show them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What can be wrong with a member's path whatever the archive. Each problem is one finding. */
export function checkMemberName(
  path: string,
  limits: InspectionLimits,
  findings: FindingList,
  offset: number,
): void {
  const evidence = { member: path, offset };
  if (path === '' || /^\/+$/.test(path))
    findings.add('member-name-empty', 'a member has no name', evidence);
  if (path.length > limits.pathLength)
    findings.add('inspection-limit-path', `a path has ${path.length} characters`, evidence);
  if (INVISIBLE.test(path))
    findings.add('member-name-control', `the name ${path} has an invisible character`, evidence);
  if (path.includes('\\'))
    findings.add('member-name-backslash', `the name ${path} has a backslash`, evidence);
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path))
    findings.add('member-name-absolute', `the path ${path} is absolute`, evidence);
  const segments = path.split(/[/\\]/);
  if (segments.some(climbs))
    findings.add('member-name-climbing', `the path ${path} climbs out of its folder`, evidence);
  if (segments.length > limits.depth)
    findings.add(
      'inspection-limit-depth',
      `${path} lies ${segments.length} folders deep`,
      evidence,
    );
}

/** `..`, and what Windows may take for it: trailing dots and spaces count for nothing there. */
function climbs(segment: string): boolean {
  return /^\.[. ]+$/.test(segment);
}

/** The path without `.` and empty segments: what an installer joins. `..` stays, it is refused elsewhere. */
export function normalisePath(path: string): string {
  if (!/(?:^|\/)\.?(?:\/|$)/.test(path)) return path;
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/**
 * One form for all spellings that a file system may take for the same name: case (Windows, macOS),
 * composition of accents (macOS), trailing dots and spaces (Windows).
 */
export function foldPath(path: string): string {
  return path
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFC')
    .replace(/[. ]+(?=\/|$)/g, '');
}
