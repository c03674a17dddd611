/**
 * How file systems fold names: two names with the same key are one file on Windows or macOS, whatever they
 * are on Linux. Unicode in NFC, case folded, trailing dots and spaces and NTFS streams (`a:b`) dropped.
 */
export function foldedPath(path: string): string {
  return path
    .split('/')
    .map((part) => foldedPart(part))
    .join('/');
}

export function foldedPart(part: string): string {
  return part
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .normalize('NFC')
    .toLowerCase();
}

/** What is wrong with a member's path as a zip or tar writes it; undefined where nothing is. */
export type PathFault = 'characters' | 'absolute' | 'climbs' | 'backslash' | 'empty-part';

/**
 * Judges a path. Control and format characters (general categories Cc, Cf), line separators and lone
 * surrogates have no place in an honest name: they hide what a person would see.
 */
export function pathFault(path: string): PathFault | undefined {
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffd]/u.test(path)) return 'characters';
  if (path.startsWith('/') || path.startsWith('\\') || /^[A-Za-z]:/.test(path)) return 'absolute';
  const parts = path.replace(/\/$/, '').split(/[/\\]/);
  if (parts.includes('..')) return 'climbs';
  if (path.includes('\\')) return 'backslash';
  if (parts.includes('') || parts.includes('.')) return 'empty-part';
  return undefined;
}
