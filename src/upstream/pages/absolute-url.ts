/** Characters of a path that a URL contains unchanged. */
const PLAIN_PATH = /^[A-Za-z0-9_~+-][A-Za-z0-9/_.~+-]*$/;
/** The common prefix of thousands of URLs on a page: an origin, some folders up, or the origin's root. */
const BEGINNING = /^(?:https?:\/\/[a-z0-9.-]+(?::\d{1,5})?\/|(?:\.\.?\/)+|\/)?/;

/** The absolute URL, without its fragment; undefined for any scheme except http and https. */
export function absoluteUrl(target: string, base: string): string | undefined {
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  url.hash = '';
  return url.href;
}

/**
 * Makes many URLs of one page absolute, with the same results as `absoluteUrl`. Parsing a URL is the most expensive
 * step for a file, and thousands on a page have a common prefix: the prefix is parsed once, and a rest that the parser
 * would not change is appended.
 */
export class UrlResolver {
  readonly #base: string;
  /** By the prefix as written. */
  readonly #known = new Map<string, string | undefined>();

  constructor(base: string) {
    this.#base = base;
  }

  resolve(target: string): string | undefined {
    const beginning = BEGINNING.exec(target)![0];
    const rest = target.slice(beginning.length);
    // Dot segments, queries and escapes need the parser.
    if (!PLAIN_PATH.test(rest) || rest.includes('/.')) return absoluteUrl(target, this.#base);
    if (!this.#known.has(beginning)) this.#known.set(beginning, this.#folder(beginning));
    const parsed = this.#known.get(beginning);
    if (parsed === beginning) return target;
    return parsed === undefined ? absoluteUrl(target, this.#base) : parsed + rest;
  }

  /** Undefined if the prefix alone is not the URL of a folder. */
  #folder(beginning: string): string | undefined {
    const url = absoluteUrl(beginning === '' ? './' : beginning, this.#base);
    return url?.endsWith('/') ? url : undefined;
  }
}
