import { type Html, html } from './html.js';

/**
 * Creates the URL of a page or file of the dashboard. It is relative to the present page, so it works behind any front
 * server and below any path.
 * @param segments of its path, not escaped yet
 */
export type UrlOf = (
  segments: readonly string[],
  query?: Readonly<Record<string, string | undefined>>,
  fragment?: string,
) => string;

/** @param target the request target of the page with the URLs, as in the request line */
export function urlsFrom(target: string): UrlOf {
  const path = target.replace(/[?#].*$/s, '');
  const depth = path.split('/').length - 2;
  // A first segment with a colon would be parsed as a scheme.
  const root = depth <= 0 ? './' : '../'.repeat(depth);
  return (segments, query = {}, fragment) => {
    const parameters = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : `${escapedPart(name)}=${escapedPart(value)}`,
    );
    return [
      root,
      segments.map(escapedPart).join('/'),
      parameters.length === 0 ? '' : `?${parameters.join('&')}`,
      fragment === undefined ? '' : `#${escapedPart(fragment)}`,
    ].join('');
  };
}

/** Half of a surrogate pair cannot be encoded in a URL. */
function escapedPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}

/** The path of the page with the reason for a file's refusal, or for all files of the project if none is named. */
export function whyPath({
  project,
  filename,
}: Readonly<Record<'project' | 'filename', string>>): string[] {
  return filename === '' ? ['projects', project] : ['projects', project, 'files', filename];
}

/**
 * A reference written by someone else. Only a plain `https:` URL becomes a link, with its host next to it; anything
 * else is text.
 */
export function reference(text: string): Html {
  const url =
    /^https:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return html`${text}`;
  return html`<a href="${url.href}" rel="noreferrer nofollow">${text}</a> <span class="host">(${url.host})</span>`;
}

/** The configured contact: a mail address, a page, or words. */
export function contactLink(text: string): Html {
  if (!/^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text)) return reference(text);
  return html`<a href="mailto:${encodeURIComponent(text).replace('%40', '@')}">${text}</a>`;
}
