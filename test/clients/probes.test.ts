import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { PACKAGE_CLIENTS } from '../support/package-clients.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const NOW = Date.UTC(2026, 10, 1);
const uploadTime = new Date(NOW - 86_400_000).toISOString();

describe('the first client to ask for a project whose newest release has a start-up hook', () => {
  let folder: string;
  let gate: TestGate;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-probes-'));
    // The machine that runs this may be busy.
    const config = { 'probe.action': 'on', 'probe.wait': '20s' };
    gate = await startGate({ now: NOW, config });
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const sidecars of [true, false])
    for (const client of PACKAGE_CLIENTS) {
      const how = sidecars ? 'with sidecars' : 'without sidecars';
      it(`installs the release before it at the first try: ${client.name}, ${how}`, {
        skip: client.skip,
      }, async () => {
        // Nobody has asked for anything of it.
        const name = `${client.name}${sidecars ? 'with' : 'without'}`;
        const good = buildWheel({ name, version: '1.0.0' });
        const bad = buildWheel({
          name,
          version: '1.0.1',
          files: { [`${name}/__init__.py`]: '', [`${name}.pth`]: 'import os\n' },
        });
        const listed = ({ metadata, ...dist }: Distribution) => ({
          dist: sidecars && metadata !== undefined ? { ...dist, metadata } : dist,
          uploadTime,
        });
        gate.upstream.addProject(name, [listed(good), listed(bad)]);
        const trial = await client.install(folder, `${gate.url}/simple/`, name);
        assert.ok(trial.ok, trial.text);
        assert.ok(trial.got.includes(`${name} 1.0.0`), trial.text);
        const refused = (await gate.decisions()).filter(
          ({ project, method }) => project === name && method !== 'PROBE',
        );
        assert.deepEqual(
          refused.filter(({ verdict }) => verdict === 'block'),
          [],
          'nothing was refused on the way',
        );
      });
    }
});
