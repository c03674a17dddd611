import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate } from '../support/wheelgate.js';

const HOOK = 'import os\n';
const known = buildWheel({ name: 'known', files: { 'known.pth': HOOK } });
const waived = buildWheel({ name: 'waived', files: { 'waived.pth': HOOK } });
const POLICY = `hooks:
  - project: known
    file: known.pth
    sha256: [${createHash('sha256').update(HOOK).digest('hex')}]
waivers:
  - { rule: startup-hook, project: waived, versions: "==1.0", reason: CHANGE-ME, owner: team-a, expires: 2026-11-20 }
  - { rule: cooldown, project: waived, versions: "==1.0", reason: checked, owner: team-b, expires: 2026-11-20 }
`;

describe('a file with a finding that the policy permits', () => {
  it('is said to have it, and a waived one by whom, why and until when', async () => {
    const gate = await startGate({
      now: Date.UTC(2026, 10, 1),
      policies: { '10-own.yaml': POLICY },
      config: { 'gate.mode': 'hold' },
    });
    try {
      const text = async (path: string) =>
        (await gate.get(path)).body.toString().replace(/<[^>]+>/g, '');
      for (const [name, dist] of [
        ['known', known],
        ['waived', waived],
      ] as const) {
        gate.upstream.addProject(name, [dist]);
        assert.equal((await gate.get(`/files/${name}/${dist.filename}`)).status, 200);
      }
      const why = await text(`/projects/known/files/${known.filename}`);
      assert.match(why, /Allowed because the policy permits its findings: .*known\.pth/);
      assert.doesNotMatch(why, /no rule applies/);

      const record = (await gate.decisions()).find(({ project }) => project === 'waived');
      assert.equal(record?.waiver?.owner, 'team-a');
      const { waivers } = (await gate.get('/api/v1/policy')).json();
      assert.deepEqual(
        waivers.entries.map(({ owner, incomplete }: Record<string, unknown>) => [
          owner,
          incomplete,
        ]),
        [
          ['team-a', true],
          ['team-b', undefined],
        ],
      );
      assert.equal((await text('/policy')).match(/▲ incomplete/g)?.length, 1);
      const said = await text(`/projects/waived/files/${waived.filename}`);
      assert.match(said, /by a waiver until 2026-11-20 \(team-a: CHANGE-ME\)/);
    } finally {
      await gate.close();
    }
  });
});
