import type { Leases } from './leases.js';
import type { News } from './news.js';
import type { ShortLeases } from './short-leases.js';

/** For one that shares its cache with nobody: what it begins is its own, and there is nobody to tell. */
export const ALONE: {
  readonly leases: Leases;
  readonly shortLeases: ShortLeases;
  readonly news: News;
} = {
  leases: { take: async () => ({ kind: 'ours', tell() {}, release() {}, abandon() {} }) },
  shortLeases: { take: async () => true },
  news: { tell() {}, onTold() {} },
};
