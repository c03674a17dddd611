/** Up to 15 digits fit a number; longer ones are a bigint. Both can be compared by `<` and `>`. */
export type Numeral = number | bigint;

/**
 * A version taken apart for comparison. Also any place between two versions: parts that no version has (an infinite
 * number, an empty text) make the places.
 */
export interface VersionKey {
  readonly epoch: Numeral;
  /** Without its trailing zeros: `1.0` is `1`. */
  readonly release: readonly Numeral[];
  readonly suffix: Suffix;
  /** The parts of the local label, empty without one. */
  readonly local: readonly (Numeral | string)[];
}

/**
 * Rank and number of the pre-release, of the post-release and of the development release. A development release without
 * either comes before all pre-releases.
 */
export type Suffix = readonly [
  pre: number,
  preNumber: Numeral,
  post: 0 | 1,
  postNumber: Numeral,
  dev: 0 | 1,
  devNumber: Numeral,
];

/**
 * `dev`: a development release that is neither a pre-release nor a post-release; `none` comes after all pre-releases.
 */
export const PRE_RANK = { dev: -1, a: 0, b: 1, rc: 2, none: 3 } as const;
export const POST_RANK = { none: 0, post: 1 } as const;
export const DEV_RANK = { dev: 0, none: 1 } as const;

/** Neither a pre-, nor a post-, nor a development release. */
export const FINAL: Suffix = [PRE_RANK.none, 0, POST_RANK.none, 0, DEV_RANK.none, 0];

/** The order of PEP 440. */
export function compareKeys(a: VersionKey, b: VersionKey): number {
  return (
    order(a.epoch, b.epoch) ||
    compareLists(a.release, b.release, order) ||
    compareLists(a.suffix, b.suffix, order) ||
    compareLists(a.local, b.local, orderLocal)
  );
}

/** The first difference decides; a longer list comes after its prefix. */
function compareLists<T>(a: readonly T[], b: readonly T[], by: (a: T, b: T) => number): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = by(a[index]!, b[index]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function order<T extends Numeral | string>(a: T, b: T): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** Words come before numbers. */
function orderLocal(a: Numeral | string, b: Numeral | string): number {
  const isWord = typeof a === 'string';
  if (isWord === (typeof b === 'string')) return order(a, b);
  return isWord ? -1 : 1;
}
