import { foldedPart } from '../member-path.js';

/** Where a wheel's member comes to lie, as far as it matters for start-up. */
export type Landing =
  /** In a site directory, at this path below it. */
  | { readonly kind: 'site'; readonly path: readonly string[] }
  /** Beside or in place of the interpreter: in the folder of scripts, or at the root of the prefix. */
  | { readonly kind: 'scripts' | 'prefix'; readonly path: readonly string[] };

/**
 * Finds every place where an installer could put a member of a wheel, on POSIX and on Windows: backslashes
 * and case count as each of them counts them. Paths that other checks refuse anyway are normalised as the
 * installers do it, since the finding should say what they were meant for.
 *
 * Folders: PEP 427 and the installation schemes of `sysconfig`; that a prefix is a site directory on Windows
 * is in `site.getsitepackages`.
 */
export function landings(path: string): Landing[] {
  const found = [...landingsOf(path.split('/')), ...landingsOf(windowsParts(path))];
  const unique = new Map(found.map((landing) => [JSON.stringify(landing), landing]));
  return [...unique.values()];
}

function windowsParts(path: string): string[] {
  return path
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:/, '')
    .split('/')
    .map((part) =>
      part === '.' || part === '..' ? part : part.replace(/:.*$/s, '').replace(/[. ]+$/, ''),
    );
}

function landingsOf(raw: readonly string[]): Landing[] {
  const { parts, climbed } = collapse(raw);
  if (parts.length === 0) return [];
  if (climbed) {
    // `../site-packages/x` comes back to where it left.
    const inside = /^(site|dist)-packages$/i.test(parts[0]!) ? parts.slice(1) : parts;
    return [{ kind: 'site', path: inside }];
  }
  const [first = '', scheme = '', ...rest] = parts;
  if (!foldedPart(first).endsWith('.data')) return [{ kind: 'site', path: parts }];
  switch (foldedPart(scheme)) {
    case 'purelib':
    case 'platlib':
      return rest.length === 0 ? [] : [{ kind: 'site', path: rest }];
    case 'scripts':
      return [{ kind: 'scripts', path: rest }];
    case 'data':
      return dataLandings(rest);
    default:
      return [];
  }
}

/** Below `.data/data` a path is relative to the prefix of the environment. */
function dataLandings(parts: readonly string[]): Landing[] {
  const found: Landing[] = [
    { kind: 'prefix', path: parts },
    // On Windows the prefix itself is a site directory.
    { kind: 'site', path: parts },
  ];
  const folded = parts.map(foldedPart);
  const at = folded.findIndex((part) => part === 'site-packages' || part === 'dist-packages');
  const above = folded.slice(0, Math.max(0, at)).join('/');
  if (at !== -1 && /^(usr\/|local\/)*lib[^/]*(\/(python|pypy)[^/]*)?$/.test(above))
    found.push({ kind: 'site', path: parts.slice(at + 1) });
  if (folded[0] === 'bin' || folded[0] === 'scripts')
    found.push({ kind: 'scripts', path: parts.slice(1) });
  return found.filter((landing) => landing.path.length > 0);
}

/** Drops empty and dot parts and resolves `..`, noting whether the path left its start. */
function collapse(raw: readonly string[]): { parts: string[]; climbed: boolean } {
  const parts: string[] = [];
  let climbed = false;
  for (const part of raw) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) climbed = true;
  }
  return { parts, climbed };
}
