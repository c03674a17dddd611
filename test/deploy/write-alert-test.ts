import { stringify } from 'yaml';
import { ALERTS } from './scrape.js';
import type { Expectation, Firing, Sample, Timeline } from './timeline.js';

const HEAD = `# Generated from scrapes of a running Wheelgate: \`npm run alert-tests\`. A test compares them.
# promtool test rules deploy/prometheus/*.test.yml
`;

/** Minutes of a timeline that promtool should not go through one by one. */
const LONG = 24 * 60;

/** A file for `promtool test rules`. @param alert the one that it is about */
export function writeAlertTest(alert: string, timelines: readonly Timeline[]): string {
  const isLong = timelines.some(({ steps }) => steps > LONG);
  const file = {
    rule_files: ['alerts.yml'],
    evaluation_interval: isLong ? '10m' : '1m',
    tests: timelines.map((timeline) => testGroup(alert, timeline)),
  };
  return HEAD + stringify(file, { lineWidth: 0 });
}

function testGroup(alert: string, { name, series, expectations, steps }: Timeline) {
  return {
    name,
    interval: '1m',
    input_series: [...series].map(([of, samples]) => ({
      series: of,
      values: notation(samples, steps),
    })),
    alert_rule_test: expectations.map(({ step, firing }) => ({
      eval_time: `${step}m`,
      alertname: alert,
      exp_alerts: firing.filter((one) => one.alert === alert).map(expectedAlert),
    })),
    promql_expr_test: expectations.map(everythingThatFires),
  };
}

function everythingThatFires({ step, firing }: Expectation) {
  const names = [...new Set(firing.map(({ alert }) => alert))].sort();
  return {
    expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
    eval_time: `${step}m`,
    exp_samples: names.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
  };
}

function expectedAlert({ alert, labels }: Firing) {
  const rule = ALERTS.find((one) => one.alert === alert)!;
  const filled = Object.entries(rule.annotations).map(([key, text]) => [
    key,
    text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? ''),
  ]);
  return {
    exp_labels: { ...rule.labels, ...labels },
    exp_annotations: Object.fromEntries(filled) as Record<string, string>,
  };
}

/** promtool's notation: `0 0 5+0x3` for 0, 0 and four times 5, `_` for no sample. */
function notation(samples: readonly Sample[], steps: number): string {
  const words: string[] = [];
  for (let at = 0; at < steps; ) {
    const value = samples[at];
    let end = at + 1;
    if (typeof value !== 'number') {
      while (value === undefined && end < steps && samples[end] === undefined) end += 1;
      words.push(value === 'stale' ? 'stale' : `_x${end - at}`);
    } else {
      const next = samples[end];
      const by = typeof next === 'number' ? next - value : 0;
      while (end < steps && samples[end] === value + by * (end - at)) end += 1;
      words.push(end - at === 1 ? String(value) : `${value}+${by}x${end - at - 1}`);
    }
    at = end;
  }
  return words.join(' ').replaceAll('+-', '-');
}
