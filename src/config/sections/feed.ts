import { z } from 'zod';
import { expected } from '../../yaml/validate.js';
import { OSV_PYPI } from '../defaults.js';
import { section, span } from '../terms.js';

/** Whether it is a URL that a feed can come from, or may be a folder. */
function isPlace(text: string): boolean {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  return scheme === undefined || (/^https?$/.test(scheme) && URL.canParse(text));
}

/** The settings below `feed`. */
export const feedSection = section(
  {
    url: z
      .string()
      .min(1)
      .refine(isPlace, { error: expected('an http or https URL, a folder, or none') })
      .describe("OSV's PyPI records: a URL, a mirror's URL or a folder. none disables the feed.")
      .prefault(OSV_PYPI),
    interval: span().describe('Approximate interval between updates.').prefault('1h'),
  },
  'The malware feed.',
);

/** @returns `url`: a URL or a folder, undefined for no feed; `interval` in milliseconds */
export function toFeed({ url, interval }: z.output<typeof feedSection>) {
  return { url: url === 'none' ? undefined : url.replace(/\/+$/, ''), interval };
}
