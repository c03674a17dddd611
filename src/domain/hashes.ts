import { invalidDigest, twoDigests } from '../messages/reasons.js';

/**
 * What an index may declare a file's digest by (PEP 503, 691), with the hexadecimal digits of each, the best first. Other
 * names are passed over, as installers do.
 */
const DIGITS = { sha256: 64, sha512: 128, sha384: 96, sha224: 56, sha1: 40, md5: 32 } as const;
export type Algorithm = keyof typeof DIGITS;

const ALGORITHMS = Object.keys(DIGITS) as Algorithm[];
/** Those by which bytes are known: nobody can make others that have the same. */
const STRONG = ['sha256', 'sha512', 'sha384'] as const satisfies Algorithm[];

/** Digests by the algorithm's name, each in lower-case hexadecimal: `{ sha256: '71e3…' }`. */
export type Hashes = Readonly<Partial<Record<Algorithm, string>>>;

/** The digests that an index declares, as far as they can be read. */
export interface DeclaredHashes {
  readonly hashes: Hashes;
  /** What of it cannot be read, so that nobody knows which bytes are meant. */
  readonly doubt: string | undefined;
}

export const NO_HASHES: DeclaredHashes = { hashes: {}, doubt: undefined };

/**
 * Reads declared digests, as `[name, value]`. An empty value declares nothing. Of a weak algorithm, what cannot be read is
 * passed over where there is a strong one.
 */
export function readHashes(given: Iterable<readonly [string, unknown]>): DeclaredHashes {
  const hashes: Partial<Record<Algorithm, string>> = {};
  const doubts: Partial<Record<Algorithm, string>> = {};
  for (const [name, value] of given) {
    const algorithm = name.toLowerCase() as Algorithm;
    if (!Object.hasOwn(DIGITS, algorithm) || value === '' || value == null) continue;
    const digest = readDigest(algorithm, value);
    if (digest === undefined) doubts[algorithm] = invalidDigest(algorithm);
    else if ((hashes[algorithm] ?? digest) === digest) hashes[algorithm] = digest;
    else doubts[algorithm] = twoDigests(algorithm);
  }
  const counting = isStrong(hashes) ? STRONG : ALGORITHMS;
  return { hashes, doubt: counting.map((algorithm) => doubts[algorithm]).find(Boolean) };
}

function readDigest(algorithm: Algorithm, value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length !== DIGITS[algorithm]) return undefined;
  return /^[0-9a-f]+$/i.test(value) ? value.toLowerCase() : undefined;
}

/** Whether they name bytes that nobody can make others of. */
export function isStrong(hashes: Hashes): boolean {
  return STRONG.some((algorithm) => hashes[algorithm] !== undefined);
}

/** Whether there is a strong digest beside the sha256, which does not name bytes here. */
export function hasOtherStrong({ sha512, sha384 }: Hashes): boolean {
  return sha512 !== undefined || sha384 !== undefined;
}

/** What bytes are held against: all strong digests, or the weak ones where there is no strong one. */
export function checked(hashes: Hashes): (readonly [Algorithm, string])[] {
  const counting = isStrong(hashes) ? STRONG : ALGORITHMS;
  return counting.flatMap((algorithm) => {
    const digest = hashes[algorithm];
    return digest === undefined ? [] : [[algorithm, digest] as const];
  });
}

/** The other digests that bytes are held against. */
export function besideSha256(hashes: Hashes): Hashes {
  return Object.fromEntries(checked(hashes).filter(([algorithm]) => algorithm !== 'sha256'));
}

/** One text for the same bytes: the strong digests; empty where there is none. */
export function strongName(hashes: Hashes): string {
  if (hashes.sha256 !== undefined) return hashes.sha256;
  if (!isStrong(hashes)) return '';
  return checked(hashes)
    .map(([algorithm, digest]) => `${algorithm}=${digest}`)
    .join(' ');
}

/** The first algorithm by which two are certainly not the same bytes. */
export function contradiction(one: Hashes, other: Hashes): Algorithm | undefined {
  return ALGORITHMS.find(
    (algorithm) =>
      one[algorithm] !== undefined &&
      other[algorithm] !== undefined &&
      one[algorithm] !== other[algorithm],
  );
}
