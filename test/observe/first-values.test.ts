import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { RULES } from '../../src/domain/rules.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { UPSTREAM_STATUSES, upstreamStatus } from '../../src/observe/upstream-status.js';
import { startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { startGate } from '../support/wheelgate.js';

/** The series that must be there before anything has happened, and their values. */
const FIRST = [
  ...RULES.flatMap((rule) =>
    ['enforce', 'dry-run'].map(
      (mode) => `wheelgate_blocked_downloads_total{rule="${rule}",mode="${mode}"} 0`,
    ),
  ),
  'wheelgate_exposed_downloads_total{rule="deny"} 0',
  'wheelgate_exposed_downloads_total{rule="malware-feed"} 0',
  ...UPSTREAM_STATUSES.map(
    (status) => `wheelgate_upstream_requests_total{upstream="pypi",status="${status}"} 0`,
  ),
  'wheelgate_policy_load_failed 0',
  'wheelgate_policy_mode_info{mode="enforce"} 1',
  'wheelgate_policy_mode_info{mode="dry-run"} 0',
  'wheelgate_waivers{state="active"} 0',
  'wheelgate_waivers{state="expiring"} 0',
  'wheelgate_waivers{state="expired"} 0',
  'wheelgate_feed_enabled 0',
  'wheelgate_exposure_incomplete 0',
  'wheelgate_decision_log_failures_total 0',
  'wheelgate_decision_log_failing 0',
];

describe('a fresh process', () => {
  for (const args of [[], ['--workers', '2']])
    it(`has the series that alerts read at their first values${args.join(' ')}`, async () => {
      const upstream = await startFakeUpstream();
      const folder = await mkdtemp(join(tmpdir(), 'wheelgate-fresh-'));
      await mkdir(join(folder, 'policies'));
      await writeFile(join(folder, 'policies', 'own.yaml'), 'deny: []\n');
      const gate = await startGateProcess({
        folder,
        args: ['--upstream', upstream.url, '--policies', 'policies', ...args],
      });
      try {
        const scraped = new Set((await (await fetch(`${gate.url}/metrics`)).text()).split('\n'));
        assert.deepEqual(
          FIRST.filter((series) => !scraped.has(series)),
          [],
        );
        const of = (name: string) => [...scraped].filter((line) => line.startsWith(`${name} `));
        assert.deepEqual(of('wheelgate_feed_age_seconds'), [], 'it was never read');
        assert.deepEqual(of('wheelgate_certificate_expiry_timestamp_seconds'), [], 'no HTTPS');
        const [started] = of('wheelgate_start_time_seconds');
        const ago = Date.now() / 1_000 - Number(started?.split(' ')[1]);
        assert.ok(ago >= 0 && ago < 600, started);
      } finally {
        await gate.end('SIGTERM');
        await upstream.close();
        await rm(folder, { recursive: true });
      }
    });
});

describe('metrics', () => {
  it('count waivers as of now, though nobody edits anything', async () => {
    const waiver =
      '{rule: sdist, project: p, versions: "==1", reason: r, owner: o, expires: 2026-11-20}';
    const gate = await startGate({ policies: { 'a.yaml': `waivers: [${waiver}]` } });
    const states = async () =>
      (await gate.metric('wheelgate_waivers')).map((line) => line.split(' ')[1]).join(' ');
    assert.equal(await states(), '1 0 0');
    gate.now = Date.UTC(2026, 10, 15);
    assert.equal(await states(), '0 1 0');
    gate.now = Date.UTC(2026, 10, 22);
    assert.equal(await states(), '0 0 1');
    await gate.close();
  });

  it('say that a policy is broken until it is repaired', async () => {
    const gate = await startGate();
    const failed = () => gate.metric('wheelgate_policy_load_failed');
    await assert.rejects(gate.writePolicy('b.yaml', 'deny: 7'));
    assert.deepEqual(await failed(), ['wheelgate_policy_load_failed 1']);
    await gate.writePolicy('b.yaml', 'deny: []');
    assert.deepEqual(await failed(), ['wheelgate_policy_load_failed 0']);
    await gate.close();
  });

  it('say when the certificate ends, and follow its renewal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-renewal-'));
    const cert = join(folder, 'cert.pem');
    const use = (name: string) => copyFile(join('test/support/tls', name), cert);
    await use('ending.pem');
    const gate = await startGate({
      config: { 'tls.cert': cert, 'tls.key': resolve('test/support/tls/renewal.key') },
    });
    const ends = async () =>
      /^wheelgate_certificate_expiry_timestamp_seconds (\d+)$/m.exec(
        await gate.gate.metrics.text(),
      )?.[1];
    assert.equal(await ends(), String(Date.UTC(2026, 11, 1) / 1_000));
    await use('renewed.pem');
    const renewed = String(Date.UTC(2027, 1, 1) / 1_000);
    while ((await ends()) !== renewed) await new Promise((next) => setImmediate(next));
    await gate.close();
    await rm(folder, { recursive: true });
  });

  it('have a bounded number of statuses of upstreams', async () => {
    for (const [status, label] of [
      [200, '200'],
      [503, '503'],
      [418, '4xx'],
      [520, '5xx'],
      [999, 'error'],
      ['error', 'error'],
    ] as const)
      assert.equal(upstreamStatus(status), label);
  });

  it('have no value where 0 would say something', async () => {
    const text = await createMetrics().text();
    assert.doesNotMatch(text, /^wheelgate_feed_age_seconds \d/m);
  });
});
