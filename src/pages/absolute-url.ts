/** The absolute URL, without its fragment; undefined for anything but http and https. */
export function absoluteUrl(target: string, base: string): string | undefined {
  if (!URL.canParse(target, base)) return undefined;
  const url = new URL(target, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  url.hash = '';
  return url.href;
}
