import {
  compareKeys,
  DEV_RANK,
  type Numeral,
  POST_RANK,
  PRE_RANK,
  type VersionKey,
} from './version-order.js';

/** All versions from one place in their order up to another, which is not in it; without a limit where undefined. */
export interface Span {
  readonly from?: VersionKey;
  readonly to?: VersionKey;
}

/** The place behind a version and all of its local versions. */
export function afterLocals(key: VersionKey): VersionKey {
  return { ...key, local: [Number.POSITIVE_INFINITY] };
}

/** The position after a version with a local label, before any longer label. */
export function afterLabel(key: VersionKey): VersionKey {
  return { ...key, local: [...key.local, ''] };
}

/** The position after all post-releases of a version, with their local labels. */
export function afterPosts(key: VersionKey): VersionKey {
  const [pre, number] = key.suffix;
  const suffix = [pre, number, POST_RANK.post, Number.POSITIVE_INFINITY, DEV_RANK.none, 0] as const;
  return afterLocals({ ...key, suffix });
}

/** The first development release of a version that is not one itself. */
export function firstDev(key: VersionKey): VersionKey {
  const [pre, number, post, postNumber] = key.suffix;
  const bare = pre === PRE_RANK.none && post === POST_RANK.none;
  const rank = bare ? PRE_RANK.dev : pre;
  return { ...key, suffix: [rank, number, post, postNumber, DEV_RANK.dev, 0], local: [] };
}

/** The first version of a release whose last number is one more. */
export function firstOfNext(epoch: Numeral, release: readonly Numeral[]): VersionKey {
  const last = release.at(-1)!;
  const next = typeof last === 'bigint' ? last + 1n : last + 1;
  const suffix = [PRE_RANK.dev, 0, POST_RANK.none, 0, DEV_RANK.dev, 0] as const;
  return { epoch, release: [...release.slice(0, -1), next], suffix, local: [] };
}

/**
 * The versions in each of some ranges and in none of some others. A lookup takes about the same time for many ranges as
 * for few.
 */
export class SpanSet {
  readonly #within: Span;
  /** In order, and apart from each other. */
  readonly #without: readonly Required<Span>[];

  constructor(within: readonly Span[], without: readonly Required<Span>[]) {
    this.#within = within.reduce(shared, {});
    this.#without = joined(without);
  }

  has(key: VersionKey): boolean {
    const { from, to } = this.#within;
    if (from !== undefined && compareKeys(key, from) < 0) return false;
    if (to !== undefined && compareKeys(key, to) >= 0) return false;
    const before = this.#lastBeginning(key);
    return before === undefined || compareKeys(key, before.to) >= 0;
  }

  /** The last excluded range that begins at or before a version. */
  #lastBeginning(key: VersionKey): Required<Span> | undefined {
    let [low, high] = [0, this.#without.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#without[middle]!.from, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return this.#without[low - 1];
  }
}

function shared(a: Span, b: Span): Span {
  const from = later(a.from, b.from);
  const to = a.to && b.to && compareKeys(b.to, a.to) >= 0 ? a.to : (b.to ?? a.to);
  return { ...(from && { from }), ...(to && { to }) };
}

function later(a: VersionKey | undefined, b: VersionKey | undefined): VersionKey | undefined {
  return a && b && compareKeys(b, a) <= 0 ? a : (b ?? a);
}

/** Merges adjacent ranges. */
function joined(spans: readonly Required<Span>[]): Required<Span>[] {
  const result: Required<Span>[] = [];
  for (const span of spans.toSorted((a, b) => compareKeys(a.from, b.from))) {
    const last = result.at(-1);
    if (last === undefined || compareKeys(span.from, last.to) > 0) result.push(span);
    else result[result.length - 1] = { from: last.from, to: later(last.to, span.to)! };
  }
  return result;
}
