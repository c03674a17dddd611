import { type Html, html } from './html.js';

/**
 * Makes the URL of a page or file of ours. It is relative to the page that it stands on, so that it holds behind any front
 * server and below any path.
 * @param segments of its path, as they are meant: they are escaped here
 */
export type UrlOf = (
  segments: readonly string[],
  query?: Readonly<Record<string, string | undefined>>,
  fragment?: string,
) => string;

/** @param target of the request whose answer the URLs stand in, as it stands in the request line */
export function urlsFrom(target: string): UrlOf {
  const path = target.replace(/[?#].*$/s, '');
  const depth = path.split('/').length - 2;
  // A first segment with a colon would be taken for a scheme.
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

/** What is no text, half of a character, has no form in a URL. */
function escapedPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}

/** The path of the page that says why a file is refused; of all files of the project, where none is named. */
export function whyPath({
  project,
  filename,
}: Readonly<Record<'project' | 'filename', string>>): string[] {
  return filename === '' ? ['projects', project] : ['projects', project, 'files', filename];
}

/**
 * A reference that somebody else has written. Only what is plainly an `https:` URL becomes a link, with the host that it
 * leads to beside it; all else is text.
 */
export function reference(text: string): Html {
  const url =
    /^https:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return html`${text}`;
  return html`<a href="${url.href}" rel="noreferrer nofollow">${text}</a> <span class="host">(${url.host})</span>`;
}

/** Where to ask, as the configuration gives it: an address to write to, a page, or words. */
export function contactLink(text: string): Html {
  if (!/^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text)) return reference(text);
  return html`<a href="mailto:${encodeURIComponent(text).replace('%40', '@')}">${text}</a>`;
}
