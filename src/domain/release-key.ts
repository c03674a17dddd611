/** One text for all spellings of one version: equal releases have equal keys. */
export type ReleaseKey = string & { readonly __brand: 'ReleaseKey' };

/**
 * The key of a release by PEP 440's equality: `1.0` and `1.0.0` are one, `1.0` and `1.0+local` are two. With it, a map
 * of a page's files costs one lookup per file, where comparing would cost one per pair.
 * @param version PEP 440's normal form, as `parseVersion` returns it; undefined if invalid: it may then be any invalid
 * version, and pip to 23 accepts them (`1.0-SNAPSHOT`), so all of them share a key
 */
export function releaseKey(version: string | undefined): ReleaseKey {
  if (version === undefined) return '' as ReleaseKey;
  // Hardly any version has zeros to take off.
  if (!version.includes('.0')) return version as ReleaseKey;
  const numbers = /^(?:\d+!)?\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  let end = numbers.length;
  while (numbers.endsWith('.0', end)) end -= '.0'.length;
  return `${numbers.slice(0, end)}${version.slice(numbers.length)}` as ReleaseKey;
}

/** The key of the public version that a release belongs to (PEP 440): the pin `==1.0` also matches `1.0+local`. */
export function publicKey(key: ReleaseKey): ReleaseKey {
  const label = key.indexOf('+');
  return label === -1 ? key : (key.slice(0, label) as ReleaseKey);
}
