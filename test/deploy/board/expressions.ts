import type { Panel } from './panel.js';

/** What the board is about: the servers that are chosen above. */
export const CHOSEN = 'job=~"$job",instance=~"$instance"';

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export const OK_OR_NOT = {
  0: { text: 'ok', color: 'green' },
  1: { text: 'degraded', color: 'orange' },
};

/** `sum by (rule) (increase(…))` of a counter in each span that is drawn. */
export const counted = (metric: string, by: string, where = '') =>
  `sum by (${by}) (increase(${metric}{${[where, CHOSEN].filter(Boolean).join(',')}}[$__rate_interval]))`;

/** The same a second. */
export const rate = (metric: string, by: string, where = '') =>
  `sum by (${by}) (rate(${metric}{${[where, CHOSEN].filter(Boolean).join(',')}}[$__rate_interval]))`;

export const quantile = (share: number, metric: string, by: string, where = '') =>
  `histogram_quantile(${share}, ${rate(`${metric}_bucket`, by === '' ? 'le' : `le, ${by}`, where)})`;

export const inADay = (metric: string, where = '') =>
  `sum(increase(${metric}{${[where, CHOSEN].filter(Boolean).join(',')}}[24h]))`;
