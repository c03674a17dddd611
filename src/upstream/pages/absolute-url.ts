/** Characters of a path that stand in a URL as they are. */
const PLAIN_PATH = /^[A-Za-z0-9_~+-][A-Za-z0-9/_.~+-]*$/;
/** What thousands of a page's URLs begin with alike: an origin, some folders up, or the origin's root. */
const BEGINNING = /^(?:https?:\/\/[a-z0-9.-]+(?::\d{1,5})?\/|(?:\.\.?\/)+|\/)?/;

/** The absolute URL, without its fragment; undefined for anything but http and https. */
export function absoluteUrl(target: string, base: string): string | undefined {
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  url.hash = '';
  return url.href;
}

/**
 * Makes many URLs of one page absolute, each as `absoluteUrl` does. Parsing a URL costs more than all else that is
 * done with a file, and thousands of a page begin alike: the beginning is parsed once, and a rest that the parser
 * would leave as it is is put behind it.
 */
export class UrlResolver {
  readonly #base: string;
  /** By the beginning as it is written. */
  readonly #known = new Map<string, string | undefined>();

  constructor(base: string) {
    this.#base = base;
  }

  resolve(target: string): string | undefined {
    const beginning = BEGINNING.exec(target)![0];
    const rest = target.slice(beginning.length);
    // Dot segments, queries and escapes are the parser's business.
    if (!PLAIN_PATH.test(rest) || rest.includes('/.')) return absoluteUrl(target, this.#base);
    if (!this.#known.has(beginning)) this.#known.set(beginning, this.#folder(beginning));
    const parsed = this.#known.get(beginning);
    if (parsed === beginning) return target;
    return parsed === undefined ? absoluteUrl(target, this.#base) : parsed + rest;
  }

  /** Undefined where the beginning alone is no URL of a folder. */
  #folder(beginning: string): string | undefined {
    const url = absoluteUrl(beginning === '' ? './' : beginning, this.#base);
    return url?.endsWith('/') ? url : undefined;
  }
}
