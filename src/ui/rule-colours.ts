import { RULES } from '../domain/rules.js';

/** The stacking order of a chart, from the bottom: the strongest rule first. */
const ORDER: readonly string[] = RULES;

/** Rules with hits, in the chart's order; those of other versions come last. */
export function inChartOrder(rules: Iterable<string>): string[] {
  const place = (rule: string) => {
    const at = ORDER.indexOf(rule);
    return at === -1 ? ORDER.length : at;
  };
  return [...new Set(rules)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The class with a rule's colour, in charts and legends. */
export function colourOf(rule: string): string {
  return ORDER.includes(rule) ? `r-${rule}` : 'r-other';
}
