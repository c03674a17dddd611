/** Common prefixes of a known name, in known-good and other projects. The longest come first. */
const PREFIXES = ['python3', 'python', 'py3', 'py'] as const;
const SUFFIXES = ['python3', 'python', 'py3', 'py', '2', '3'] as const;

/** Without hyphens: installers and people drop and add them. */
export function unhyphenated(name: string): string {
  return name.replaceAll('-', '');
}

/** The words of a name, in one order. */
export function sortedWords(name: string): string {
  return name.includes('-') ? name.split('-').sort().join('-') : name;
}

/**
 * The same text for all names that look alike in a usual typeface. Names of projects are ASCII (PEP 508), in lower
 * case.
 */
export function lookOf(name: string): string {
  return unhyphenated(name)
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[i1]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/5/g, 's');
}

/** A name without hyphens and without one affix: zero, one or two texts. */
export function withoutAffix(name: string): string[] {
  const prefix = PREFIXES.find((affix) => name.startsWith(affix));
  const suffix = SUFFIXES.find((affix) => name.endsWith(affix));
  const rests: string[] = [];
  if (prefix !== undefined) rests.push(unhyphenated(name.slice(prefix.length)));
  if (suffix !== undefined) rests.push(unhyphenated(name.slice(0, -suffix.length)));
  return rests;
}

/**
 * A text and all variants that are one character shorter. Two texts with an edit distance of one share one of these.
 */
export function* deletions(text: string): Generator<string> {
  yield text;
  for (let at = 0; at < text.length; at += 1) {
    // A run of one character gives the same text several times.
    if (at > 0 && text[at] === text[at - 1]) continue;
    yield text.slice(0, at) + text.slice(at + 1);
  }
}
