import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { decisionId } from '../../src/decisions/decision-id.js';
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
      assert.doesNotMatch(said, /Other rules/);
      const decision = await text(`/refusals/${decisionId(record!)}`);
      assert.match(decision, /otherwise refused by the rule startup-hook: .*, waived by team-a/s);
      assert.doesNotMatch(decision, /The rule startup-hook is waived/);
    } finally {
      await gate.close();
    }
  });
});

const OF_TWO = `rules: { cooldown: { action: block, age: 2w }, late-file: { action: warn, after: 1d } }
waivers:
  - { rule: cooldown, project: mixed, versions: ">=1", reason: read it., owner: team-a, expires: 2026-11-20 }
`;

describe('a waiver of one rule, where another decides', () => {
  it('is shown beside what the other says, on both pages, in the record and in explain', async () => {
    const hooked = buildWheel({ name: 'mixed', files: { 'mixed.pth': HOOK } });
    const late = buildWheel({ name: 'mixed', version: '2.0' });
    const old = buildWheel({ name: 'mixed', version: '0.9' });
    const early = buildWheel({ name: 'mixed', version: '2.0', tags: 'cp39-abi3-any' });
    const gate = await startGate({
      now: Date.UTC(2026, 10, 1),
      policies: { '10-own.yaml': OF_TWO },
      config: { 'gate.mode': 'hold' },
    });
    try {
      gate.upstream.addProject('mixed', [
        { dist: old, uploadTime: '2025-01-01T00:00:00Z' },
        { dist: hooked, uploadTime: '2026-10-30T00:00:00Z' },
        { dist: early, uploadTime: '2026-10-20T00:00:00Z' },
        { dist: late, uploadTime: '2026-10-30T00:00:00Z' },
      ]);
      const text = async (path: string) =>
        (await gate.get(path)).body
          .toString()
          .replace(/<[^>]+>/g, '')
          .replace(/\s+/g, ' ');
      for (const [dist, status, verdict, rule] of [
        [hooked, 403, 'block', 'startup-hook'],
        [late, 200, 'warn', 'late-file'],
      ] as const) {
        assert.equal((await gate.get(`/files/mixed/${dist.filename}`)).status, status);
        const record = (await gate.decisions()).at(-1)!;
        assert.deepEqual(
          [record.verdict, record.rule, record.waiver?.rule, record.waiver?.owner],
          [verdict, rule, 'cooldown', 'team-a'],
        );
        const why = `/projects/mixed/files/${dist.filename}`;
        assert.match(
          await text(why),
          /cooldown \(waived by team-a until 2026-11-20: read it\): mixed .* was uploaded/,
        );
        const { also } = (await gate.get(`/api/v1${why}`)).json();
        assert.deepEqual(also.at(0).waiver, {
          rule: 'cooldown',
          owner: 'team-a',
          reason: 'read it.',
          expires: '2026-11-21T00:00:00.000Z',
        });
        const decision = await text(`/refusals/${decisionId(record)}`);
        assert.match(decision, new RegExp(`UTC by the rule ${rule}: `));
        assert.match(decision, /The rule cooldown is waived by team-a until 2026-11-20: read it\./);
        assert.doesNotMatch(decision, /otherwise refused/);
      }
      const explained = (await gate.get('/api/v1/explain?project=mixed&versions===1.0')).json();
      assert.equal(explained.files[0].waiver.rule, 'cooldown');
    } finally {
      await gate.close();
    }
  });
});
