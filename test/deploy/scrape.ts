import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const RULES_FILE = 'deploy/prometheus/alerts.yml';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RulesFile {
  readonly groups: readonly {
    readonly rules: readonly (AlertRule | { readonly record: string })[];
  }[];
}

const rules = (parse(readFileSync(RULES_FILE, 'utf8')) as RulesFile).groups.flatMap(
  (group) => group.rules,
) as readonly (Partial<AlertRule> & { readonly expr: string })[];

export const ALERTS = rules.filter((rule): rule is AlertRule => rule.alert !== undefined);

/** The names of our metrics that rules read. */
export const READ_METRICS: ReadonlySet<string> = new Set(
  rules.flatMap(({ expr }) => expr.match(/\bwheelgate_[a-z_]+/g) ?? []),
);

/** The series of a scrape that rules read, by name and labels, with their values. */
export function readScrape(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\w+)(\{.*\})? (\S+)$/.exec(line);
    if (match !== null && READ_METRICS.has(match[1]!))
      series.set(`${match[1]}${match[2] ?? ''}`, Number(match[3]));
  }
  return series;
}
