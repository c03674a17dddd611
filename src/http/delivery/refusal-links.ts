import { shortLink } from '../../domain/short-id.js';
import type { Subject } from '../../domain/subject.js';
import type { HttpSettings, Services } from '../services.js';

/** Notes what a link to a refused file means. @returns the link; undefined where there is none to give */
export type LinkTo = (subject: Subject) => Promise<string | undefined>;

/** Links are only made of the configured URL: whoever sends a Host header could forge them. */
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
