import {
  DEV_RANK,
  FINAL,
  type Numeral,
  POST_RANK,
  PRE_RANK,
  type Suffix,
  type VersionKey,
} from './version-order.js';
import { stripped } from './white-space.js';

/** A version as `packaging.version.Version` reads it. */
export interface ReadVersion {
  /** The normal form (PEP 440). */
  readonly normal: string;
  readonly key: VersionKey;
  /** With its trailing zeros. */
  readonly release: readonly Numeral[];
}

/** The form of most versions, which is already normal: plain numbers without leading zeros. */
export const PLAIN = /^(?:0|[1-9]\d{0,14})(?:\.(?:0|[1-9]\d{0,14})){0,9}$/;

/** PEP 440, appendix B. No two parts that follow each other can share a run of characters: it looks back little. */
const PATTERN = new RegExp(
  [
    '^v?(?:(?<epoch>\\d+)!)?(?<release>\\d+(?:\\.\\d+)*)',
    '(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\\d*))?',
    '(?:-(?<bare>\\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\\d*))?',
    '(?:[-_.]?dev[-_.]?(?<devNumber>\\d*))?',
    '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$',
  ].join(''),
  'i',
);

type PreName = 'a' | 'b' | 'rc';

const PRE_NAMES: Readonly<Record<string, PreName>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** Python reads no number that is longer. */
const MOST_DIGITS = 4_300;

/** The same versions recur: with each file of a page, each entry of a list. */
const known = new Map<string, ReadVersion>();
const MOST_KNOWN = 8_192;
const LONGEST_KNOWN = 64;

/** @returns undefined if the text is not a version */
export function readVersion(text: string): ReadVersion | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  const version = PLAIN.test(text) ? readPlain(text) : readAny(text);
  if (version === undefined || text.length > LONGEST_KNOWN) return version;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, version);
  return version;
}

function readPlain(text: string): ReadVersion {
  const release = text.split('.').map(Number);
  const key = { epoch: 0, release: trimmed(release), suffix: FINAL, local: [] };
  return { normal: text, release, key };
}

function readAny(text: string): ReadVersion | undefined {
  const groups = PATTERN.exec(stripped(text))?.groups;
  if (groups === undefined) return undefined;
  const epoch = digits(groups.epoch);
  const release = groups.release!.split('.').map(digits);
  const pre = PRE_NAMES[groups.pre?.toLowerCase() ?? ''];
  const preNumber = digits(groups.preNumber);
  const written = groups.bare ?? groups.postNumber;
  const post = written === undefined ? undefined : digits(written);
  const dev = groups.devNumber === undefined ? undefined : digits(groups.devNumber);
  const local = (groups.local ?? '')
    .toLowerCase()
    .split(/[-_.]/)
    .filter((part) => part !== '')
    .map((part) => (isNumber(part) ? digits(part) : part));
  if (text.length > MOST_DIGITS && tooLong(groups)) return undefined;

  const numbers = release.map(numeral);
  return {
    normal: [
      epoch === '0' ? '' : `${epoch}!`,
      release.join('.'),
      pre === undefined ? '' : pre + preNumber,
      post === undefined ? '' : `.post${post}`,
      dev === undefined ? '' : `.dev${dev}`,
      local.length === 0 ? '' : `+${local.join('.')}`,
    ].join(''),
    release: numbers,
    key: {
      epoch: numeral(epoch),
      release: trimmed(numbers),
      suffix: suffixOf(pre, preNumber, post, dev),
      local: local.map((part) => (isNumber(part) ? numeral(part) : part)),
    },
  };
}

function suffixOf(
  pre: PreName | undefined,
  preNumber: string,
  post: string | undefined,
  dev: string | undefined,
): Suffix {
  const bare = dev !== undefined && post === undefined ? PRE_RANK.dev : PRE_RANK.none;
  return [
    pre === undefined ? bare : PRE_RANK[pre],
    pre === undefined ? 0 : numeral(preNumber),
    post === undefined ? POST_RANK.none : POST_RANK.post,
    numeral(post ?? '0'),
    dev === undefined ? DEV_RANK.none : DEV_RANK.dev,
    numeral(dev ?? '0'),
  ];
}

function tooLong(groups: Readonly<Record<string, string | undefined>>): boolean {
  return Object.values(groups).some((group) =>
    group?.split(/[-_.]/).some((part) => part.length > MOST_DIGITS && isNumber(part)),
  );
}

function isNumber(part: string): boolean {
  return /^\d+$/.test(part);
}

/** Without leading zeros; a missing number is 0. */
function digits(text = ''): string {
  return text.replace(/^0+(?=.)/, '') || '0';
}

function numeral(text: string): Numeral {
  return text.length <= 15 ? Number(text) : BigInt(text);
}

function trimmed(release: readonly Numeral[]): readonly Numeral[] {
  return release.slice(0, release.findLastIndex((number) => number !== 0) + 1);
}
