import type { Leases } from './leases.js';
import type { News } from './news.js';
import type { ShortLeases } from './short-leases.js';

/** The fleet of a server without a shared cache: each lease is granted, and there are no others to notify. */
export const ALONE: {
  readonly leases: Leases;
  readonly shortLeases: ShortLeases;
  readonly news: News;
} = {
  leases: { take: async () => ({ kind: 'ours', tell() {}, release() {}, abandon() {} }) },
  shortLeases: { take: async () => true },
  news: { tell() {}, onTold() {} },
};
