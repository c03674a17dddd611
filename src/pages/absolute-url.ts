/** Characters of a path that stand in a URL as they are. */
const PLAIN_PATH = /^[A-Za-z0-9/_.~+-]*$/;
const ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?\//;

/** The absolute URL, without its fragment; undefined for anything but http and https. */
export function absoluteUrl(target: string, base: string): string | undefined {
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  url.hash = '';
  return url.href;
}

/**
 * Makes many URLs of one page absolute, each as `absoluteUrl` does. Parsing a URL costs more than all else that is
 * done with a file, and thousands of a page have their origin or their folder in common: that is parsed once, and
 * a rest that the parser would leave as it is is put behind it.
 */
export class UrlResolver {
  readonly #base: string;
  /** By the text before the plain rest. */
  readonly #known = new Map<string, string | undefined>();

  constructor(base: string) {
    this.#base = base;
  }

  resolve(target: string): string | undefined {
    const origin = ORIGIN.exec(target)?.[0];
    const at = origin?.length ?? target.lastIndexOf('/') + 1;
    const rest = target.slice(at);
    // Dot segments, queries and escapes are the parser's business.
    if (at === 0 || !PLAIN_PATH.test(rest) || rest.startsWith('.') || rest.includes('/.'))
      return absoluteUrl(target, this.#base);
    const folder = origin ?? target.slice(0, at);
    if (origin === undefined && !PLAIN_PATH.test(folder)) return absoluteUrl(target, this.#base);
    if (!this.#known.has(folder)) this.#known.set(folder, this.#folder(folder));
    const parsed = this.#known.get(folder);
    return parsed === undefined ? absoluteUrl(target, this.#base) : parsed + rest;
  }

  /** Undefined where the text alone is no URL of a folder. */
  #folder(text: string): string | undefined {
    const url = absoluteUrl(text, this.#base);
    return url?.endsWith('/') ? url : undefined;
  }
}
