import { shortLink } from '../../domain/short-id.js';
import type { Subject } from '../../domain/subject.js';
import type { HttpSettings, Services } from '../services.js';

/** Stores the target of a link to a refused file. @returns the link; undefined if links are unavailable */
export type LinkTo = (subject: Subject) => Promise<string | undefined>;

/** Links use only the configured URL: a client could forge the Host header. */
export function refusalLinks(
  { links }: Pick<Services, 'links'>,
  { dashboard, publicUrl }: Pick<HttpSettings, 'dashboard' | 'publicUrl'>,
): LinkTo {
  if (!dashboard.enabled) return async () => undefined;
  return async (subject) => {
    await links.note(subject);
    return publicUrl === undefined ? undefined : shortLink(publicUrl, subject);
  };
}
