import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createMetrics } from '../../src/observe/metrics.js';
import { promtool } from '../support/requirements.js';
import { BOARD_FILE, makeBoard } from './board/make-board.js';
import { ROWS } from './board/rows.js';

const tool = promtool();
const PANELS = ROWS.flatMap(({ panels }) => panels);
const QUERIES = PANELS.flatMap(({ title, queries }) =>
  queries.map((query) => ({ title, ...query })),
);

/** A query as Prometheus sees it. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(?:job|instance)\b/g, '.*');
}

/** Names and labels of all that a server tells, from docs/operations/monitoring.md. */
function documented(): Map<string, string[]> {
  const page = readFileSync('docs/operations/monitoring.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(wheelgate_\w+)` \| \w+ \| (.*?) \|/gm)];
  return new Map(
    rows.map(([, name, labels]) => [
      name!,
      [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!),
    ]),
  );
}

/** What every scraped series has, and the buckets of a histogram. */
const ANY_LABELS = ['job', 'instance', 'le'];
const base = (metric: string) => metric.replace(/_bucket$/, '');

describe('the board for Grafana', () => {
  it('is what its panels say', () => {
    const committed = readFileSync(BOARD_FILE, 'utf8');
    assert.equal(committed, `${JSON.stringify(makeBoard(), null, 2)}\n`, 'npm run board writes it');
  });

  it('asks what Prometheus can answer', { skip: tool.skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'wheelgate-board-'));
    try {
      const rules = QUERIES.map(({ expr }, index) => ({
        record: `board:query_${index}`,
        expr: filledIn(expr),
      }));
      const file = join(folder, 'rules.yml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'board', rules }] }));
      const { status, stdout, stderr } = spawnSync(tool.found!, ['check', 'rules', file], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout + stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('asks for metrics that a server has, by labels that they have', async () => {
    const scraped = await createMetrics().text();
    const known = documented();
    for (const { title, expr, legend } of QUERIES) {
      const metrics = expr.match(/\b(?:wheelgate|process|nodejs)_\w+/g) ?? [];
      assert.ok(metrics.length > 0, title);
      for (const metric of metrics)
        assert.match(scraped, new RegExp(`^# TYPE ${base(metric)} `, 'm'), `${title}: ${metric}`);
      const ours = metrics.filter((metric) => metric.startsWith('wheelgate_'));
      const labels = [...ANY_LABELS, ...ours.flatMap((metric) => known.get(base(metric)) ?? [])];
      const used = [
        ...[...expr.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!),
        ...[...expr.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, list]) => list!.split(', ')),
        ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!),
      ];
      for (const label of used) assert.ok(labels.includes(label), `${title}: ${label}`);
    }
  });

  it('draws only the servers that are chosen, from the data source that is chosen', () => {
    for (const { title, expr } of QUERIES)
      for (const [selector] of expr.matchAll(/\w+\{[^}]*\}/g))
        assert.match(selector, /job=~"\$job",instance=~"\$instance"\}$/, title);
    const text = readFileSync(BOARD_FILE, 'utf8');
    const sources = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
    assert.deepEqual([...new Set(sources)].sort(), ['$datasource', 'wheelgate']);
  });

  it('shows every panel once, with a unit and a word of explanation, and none upon another', () => {
    const { panels } = JSON.parse(readFileSync(BOARD_FILE, 'utf8')) as { panels: any[] };
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(PANELS.map(({ title }) => title)).size, PANELS.length);
    const taken = new Set<string>();
    for (const { title, type, description, fieldConfig, gridPos } of panels) {
      if (type !== 'row') assert.ok(description && fieldConfig.defaults.unit, title);
      const { x, y, w, h } = gridPos;
      assert.ok(x + w <= 24, title);
      for (let column = x; column < x + w; column += 1)
        for (let line = y; line < y + h; line += 1) {
          assert.ok(!taken.has(`${column},${line}`), `${title} lies upon another`);
          taken.add(`${column},${line}`);
        }
    }
  });
});
