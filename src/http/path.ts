/**
 * The segments of a request's path, each decoded exactly once, or undefined if the path is suspicious: a climbing or
 * empty segment, an escaped slash, backslash or control character, an invalid escape.
 *
 * Routers decode parameters after matching, so `%2F` and `%2e%2e` would arrive with a different meaning than the matched
 * text. Every path that names a file is parsed here instead.
 *
 * @param url as in the request line: `/files/six/six-1.16.0.tar.gz?x=1`
 * @returns `['files', 'six', 'six-1.16.0.tar.gz']`; a trailing slash gives a last segment `''`.
 */
export function pathSegments(url: string): string[] | undefined {
  const end = url.search(/[?#]/);
  const path = end === -1 ? url : url.slice(0, end);
  if (!path.startsWith('/')) return undefined;
  const raw = path.slice(1).split('/');
  const segments: string[] = [];
  for (const [index, part] of raw.entries()) {
    if (part === '' && index !== raw.length - 1) return undefined;
    const segment = decodeOnce(part);
    if (segment === undefined || segment === '.' || segment === '..') return undefined;
    if (/[/\\\x00-\x1f\x7f]/.test(segment)) return undefined;
    segments.push(segment);
  }
  return segments;
}

function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
