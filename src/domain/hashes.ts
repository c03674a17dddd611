import { invalidDigest, twoDigests } from '../messages/reasons.js';

/**
 * The algorithms of declared digests (PEP 503, 691), with the number of hexadecimal digits, the best first. Other names
 * are ignored, as by installers.
 */
const DIGITS = { sha256: 64, sha512: 128, sha384: 96, sha224: 56, sha1: 40, md5: 32 } as const;
export type Algorithm = keyof typeof DIGITS;

const ALGORITHMS = Object.keys(DIGITS) as Algorithm[];
/** Algorithms that identify bytes: collisions are infeasible. */
const STRONG = ['sha256', 'sha512', 'sha384'] as const satisfies Algorithm[];

/** Digests by the algorithm's name, each in lower-case hexadecimal: `{ sha256: '71e3…' }`. */
export type Hashes = Readonly<Partial<Record<Algorithm, string>>>;

/** The valid digests that an index declares. */
export interface DeclaredHashes {
  readonly hashes: Hashes;
  /** An invalid declaration, which makes the intended bytes unknown. */
  readonly doubt: string | undefined;
}

export const NO_HASHES: DeclaredHashes = { hashes: {}, doubt: undefined };

/**
 * Reads declared digests, as `[name, value]`. An empty value declares nothing. An invalid digest of a weak algorithm is
 * ignored if there is a strong one.
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

/** Whether they identify the bytes. */
export function isStrong(hashes: Hashes): boolean {
  return STRONG.some((algorithm) => hashes[algorithm] !== undefined);
}

/** Whether there is a strong digest in addition to the SHA-256; it does not identify bytes here. */
export function hasOtherStrong({ sha512, sha384 }: Hashes): boolean {
  return sha512 !== undefined || sha384 !== undefined;
}

/** The digests to verify: all strong ones, or the weak ones if there is no strong one. */
export function checked(hashes: Hashes): (readonly [Algorithm, string])[] {
  const counting = isStrong(hashes) ? STRONG : ALGORITHMS;
  return counting.flatMap((algorithm) => {
    const digest = hashes[algorithm];
    return digest === undefined ? [] : [[algorithm, digest] as const];
  });
}

/** The digests to verify, other than SHA-256. */
export function besideSha256(hashes: Hashes): Hashes {
  return Object.fromEntries(checked(hashes).filter(([algorithm]) => algorithm !== 'sha256'));
}

/** One text for the same bytes: the strong digests; empty if there are none. */
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
