import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load.js';
import { required } from '../support/requirements.js';

const UNIT = readFileSync('deploy/systemd/wheelgate.service', 'utf8');
const has = spawnSync('systemd-analyze', ['--version']).error === undefined;
const tool = required(
  has ? 'systemd-analyze' : undefined,
  'systemd-analyze',
  'it comes with systemd',
);

function setting(name: string): string {
  const [, value] = new RegExp(`^${name}=(.*)$`, 'm').exec(UNIT) ?? [];
  assert.ok(value, `the unit sets no ${name}`);
  return value;
}

describe('the unit for systemd', () => {
  it('is one that systemd takes without a warning', { skip: tool.skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'wheelgate-unit-'));
    try {
      const file = join(folder, 'wheelgate.service');
      // The program has to be there.
      writeFileSync(file, UNIT.replace('/usr/local/bin/wheelgate', process.execPath));
      const { status, stdout, stderr } = spawnSync(tool.found!, ['verify', file], {
        encoding: 'utf8',
      });
      assert.equal(stdout + stderr, '');
      assert.equal(status, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('waits longer for its end than the server does for downloads', () => {
    const { shutdownGrace } = loadConfig({ env: {} }).server;
    assert.ok(Number(setting('TimeoutStopSec')) * 1_000 > shutdownGrace);
  });

  it('lets it write to its data folder and to no other', () => {
    assert.equal(setting('ProtectSystem'), 'strict');
    assert.equal(`/var/lib/${setting('StateDirectory')}`, '/var/lib/wheelgate');
    assert.match(setting('Environment'), /\bWHEELGATE_DATA=\/var\/lib\/wheelgate\b/);
  });

  it('does not start again what a setting keeps from starting', () => {
    assert.equal(setting('Restart'), 'on-failure');
    assert.equal(setting('RestartPreventExitStatus'), '2');
  });
});
