import { RULES } from '../domain/rules.js';

/** In the order in which a chart stacks them: the strongest rule lies at the bottom. */
const ORDER: readonly string[] = RULES;

/** Rules that spoke, in the chart's order; those of other versions come last. */
export function inChartOrder(rules: Iterable<string>): string[] {
  const place = (rule: string) => {
    const at = ORDER.indexOf(rule);
    return at === -1 ? ORDER.length : at;
  };
  return [...new Set(rules)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The class by which a rule has its colour, here and in every legend. */
export function colourOf(rule: string): string {
  return ORDER.includes(rule) ? `r-${rule}` : 'r-other';
}
