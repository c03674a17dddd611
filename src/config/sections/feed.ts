import { z } from 'zod';
import { OSV_PYPI } from '../defaults.js';
import { section, span } from '../terms.js';

/** The settings below `feed`. */
export const feedSection = section(
  {
    url: z
      .string()
      .min(1)
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
