import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decisionId } from '../../src/decisions/decision-id.js';
import type { DecisionRecord } from '../../src/decisions/record.js';
import { hookLine } from '../../src/messages/refusals.js';
import { buildWheel } from './distributions.js';
import { startGate, type TestGate } from './wheelgate.js';

const LONG = `import os;exec("${'QUJD'.repeat(60_000)}\u202e\u200b")`;
const hooked = buildWheel({
  name: 'hooked',
  version: '1.1',
  files: { 'hooked/__init__.py': '', 'hooked.pth': `${LONG}\n`, 'sitecustomize.py': 'import os\n' },
});
const before = buildWheel({ name: 'hooked', version: '1.0' });

/** A past refusal of another client. */
const PAST: DecisionRecord = {
  time: '2026-10-31T10:00:00.000Z',
  client: '10.0.0.1',
  user: 'ann',
  userAgent: 'uv/0.9.13 {"installer":{"name":"uv"}}',
  method: 'GET',
  status: 403,
  upstream: 'fake',
  project: 'hooked',
  version: '1.1',
  filename: hooked.filename,
  sha256: hooked.sha256,
  bytes: 0,
  complete: true,
  verdict: 'block',
  rule: 'startup-hook',
  reason: `${hookLine(1, 'hooked.pth', 'import os')} (startup-hook)`,
  revision: '2f6cdca62d05',
};
const SPARED: DecisionRecord = {
  ...PAST,
  time: '2026-10-31T12:00:00.000Z',
  status: 200,
  verdict: 'warn',
  wouldBlock: true,
  rule: 'cooldown',
  reason: 'hooked 1.1 was uploaded 31 hours ago (cooldown)',
};

/** All pages of the dashboard with their names and paths: a new page is a new line. */
export const PAGES = [
  ['why, refused', `/projects/hooked/files/${hooked.filename}`],
  ['why, allowed', `/projects/hooked/files/${before.filename}`],
  ['overview', '/'],
  ['overview of thirty days', '/?range=30d'],
  ['refusals', '/refusals'],
  ['refusals, narrowed down', '/refusals?user=ann&sort=most&since=2026-10-01'],
  ['a decision', `/refusals/${decisionId(PAST)}`],
  ['policy', '/policy'],
  ['a policy file', '/policy/files/own/none.yaml#L1'],
  ['live', '/live'],
  ['help', '/help'],
  ['exposure', '/exposure?project=hooked&refused=1'],
  ['exposure, not asked yet', '/exposure'],
  ['exposure, asked wrongly', '/exposure?versions=zz'],
  ['project', '/projects/hooked'],
  ['findings', '/help/findings'],
  ['health', '/health'],
  ['no such page', '/projects/hooked/files/nothing-1.0.tar.gz'],
] as const satisfies readonly (readonly [name: string, path: string])[];

/** A Wheelgate with content on each page. */
export async function startDemoGate(): Promise<TestGate> {
  const gate = await startGate({
    config: {
      'gate.mode': 'hold',
      'public-url': 'https://wg.example',
      contact: 'platform@example.com',
      'dashboard.identities': 'shown',
      'dashboard.policy-repository': 'https://git.example/edit/waivers.yaml',
    },
  });
  gate.upstream.addProject('hooked', [hooked, before]);
  await gate.restart(async () => {
    const lines = [PAST, SPARED].map((one) => `${JSON.stringify(one)}\n`);
    await writeFile(join(gate.folder, 'data', 'decisions.jsonl'), lines.join(''));
  });
  for (const { filename } of [hooked, before]) await gate.get(`/files/hooked/${filename}`);
  return gate;
}
