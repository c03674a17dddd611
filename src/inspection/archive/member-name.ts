import { type FindingList, InspectionProblem } from '../finding-list.js';
import type { InspectionLimits } from '../limits.js';

/**
 * The form of nearly all paths: segments of ASCII letters and digits, `_`, `-` and `+`, single dots inside, no Windows
 * device. Only their length and depth can be invalid. In two cases each, because a pattern that ignores case costs
 * twice.
 */
const USUAL = new RegExp(
  '^S[\\w+-]+(?:\\.[\\w+-]+|/S[\\w+-]+)*/?$'.replaceAll(
    'S',
    '(?!(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|(?:[cC][oO][mM]|[lL][pP][tT])\\d)(?:[./]|$))',
  ),
);

/** Whether a path has a form that needs no further checks. Other paths may be valid as well. */
export function isUsualPath(path: string): boolean {
  return USUAL.test(path);
}

/** Needs no Unicode checks. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Control, format, line and paragraph separator characters: a screen or a file system may not show them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** A segment `..`, and the variants that Windows treats as equal: it ignores trailing dots and spaces. */
const CLIMBS = /(?:^|[/\\])\.[. ]+(?:[/\\]|$)/;

/**
 * Checks a member's path, regardless of the archive format. Each problem is one finding.
 * @throws {InspectionProblem} if the path exceeds the limits, because the cost of the other checks grows with its
 * length
 */
export function checkMemberName(
  path: string,
  limits: InspectionLimits,
  findings: FindingList,
  offset: number,
): void {
  const evidence = { member: path, offset };
  if (path.length > limits.pathLength)
    throw new InspectionProblem(
      'inspection-limit-path',
      `a path has ${path.length} characters`,
      evidence,
    );
  const depth = 1 + count(path, '/') + count(path, '\\');
  if (depth > limits.depth)
    throw new InspectionProblem(
      'inspection-limit-depth',
      `${path} is ${depth} folders deep`,
      evidence,
    );
  if (isUsualPath(path)) return;
  if (path === '' || /^\/+$/.test(path))
    findings.add('member-name-empty', 'a member has no name', evidence);
  if (!PLAIN.test(path) && INVISIBLE.test(path))
    findings.add('member-name-control', `the name ${path} has an invisible character`, evidence);
  if (path.includes('\\'))
    findings.add('member-name-backslash', `the name ${path} has a backslash`, evidence);
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path))
    findings.add('member-name-absolute', `the path ${path} is absolute`, evidence);
  if (CLIMBS.test(path))
    findings.add('member-name-climbing', `the path ${path} leaves its folder`, evidence);
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++;
  return found;
}

/** The path without `.` and empty segments, as an installer joins it. `..` is kept; it is refused elsewhere. */
export function normalisePath(path: string): string {
  if (!/(?:^|\/)\.?(?:\/|$)/.test(path)) return path;
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/**
 * One form for all spellings that a file system may treat as the same name: full case folding, where one letter may
 * become two (`ß`, `ﬁ`; APFS, ext4, NTFS), composition and compatibility (APFS, ZFS), ignored characters (ext4, HFS+),
 * trailing dots and spaces (Windows).
 */
export function foldPath(path: string): string {
  const folded = PLAIN.test(path) ? path.toLowerCase() : foldUnicode(path);
  // Looking back keeps this linear: a run is tried from its beginning only.
  return folded.replace(/(?<![. ])[. ]+(?=\/|$)/g, '');
}

/** Lower case is applied first as well: `ẞ` has no upper case, but a lower case whose upper case is `SS`. */
function foldUnicode(text: string): string {
  const apart = text.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKD');
  return apart.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}
