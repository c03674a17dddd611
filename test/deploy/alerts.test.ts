import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { redisProgram } from '../support/redis-servers.js';
import { promtool } from '../support/requirements.js';
import { ALERT_CASES } from './cases/index.js';
import { alertTestFile, makeAlertTest } from './make-alert-tests.js';
import { ALERTS, RULES_FILE } from './scrape.js';

const FOLDER = 'deploy/prometheus';
const tool = promtool();

function run(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(tool.found!, args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

/** What a case of an alert needs and is not here. */
function lackedBy(alert: string): false | string {
  return alert === 'WheelgateRedisDegraded' && redisProgram().skip;
}

describe('the alerts', () => {
  it('are rules that Prometheus takes', { skip: tool.skip }, () => {
    run('check', 'rules', RULES_FILE);
  });

  it('fire, are silent and end as their tests say', { skip: tool.skip }, () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.yml'));
    run('test', 'rules', ...files.map((name) => `${FOLDER}/${name}`));
  });

  it('each have a test file, and no file is of none', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.yml'));
    assert.deepEqual(
      files.map((name) => `${FOLDER}/${name}`).toSorted(),
      ALERTS.map(({ alert }) => alertTestFile(alert)).toSorted(),
    );
    assert.deepEqual(
      Object.keys(ALERT_CASES),
      ALERTS.map(({ alert }) => alert),
    );
  });

  for (const { alert } of ALERTS)
    it(`have tests that real scrapes still say: ${alert}`, { skip: lackedBy(alert) }, async () => {
      const committed = readFileSync(alertTestFile(alert), 'utf8');
      assert.equal(await makeAlertTest(alert), committed, 'npm run alert-tests writes it anew');
      // It is tried both ways.
      assert.match(committed, new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n +- exp_labels:`));
      assert.match(committed, new RegExp(`alertname: ${alert}\\n +exp_alerts: \\[\\]`));
    });

  it('are listed in docs/operations/alerts.md, each with a section that its runbook_url leads to', () => {
    const page = readFileSync('docs/operations/alerts.md', 'utf8');
    const rows = [...page.matchAll(/^\| `(Wheelgate\w+)` \| (\w+) \| .+ \|$/gm)];
    assert.deepEqual(
      rows.map(([, alert, severity]) => [alert, severity]),
      ALERTS.map(({ alert, labels }) => [alert, labels.severity]),
    );
    for (const { alert, annotations } of ALERTS) {
      assert.equal(annotations.runbook_url, `docs/operations/alerts.md#${alert.toLowerCase()}`);
      assert.ok(annotations.summary && annotations.description, alert);
      assert.match(page, new RegExp(`^### ${alert}\\n\\n\\S`, 'm'));
    }
  });
});
