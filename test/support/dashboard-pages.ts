import { buildWheel } from './distributions.js';
import { startGate, type TestGate } from './wheelgate.js';

const LONG = `import os;exec("${'QUJD'.repeat(60_000)}\u202e\u200b")`;
const hooked = buildWheel({
  name: 'hooked',
  version: '1.1',
  files: { 'hooked/__init__.py': '', 'hooked.pth': `${LONG}\n`, 'sitecustomize.py': 'import os\n' },
});
const before = buildWheel({ name: 'hooked', version: '1.0' });

/** Every page of the dashboard, by what it is called and where it is: a new page is a line. */
export const PAGES = [
  ['why, refused', `/projects/hooked/files/${hooked.filename}`],
  ['why, allowed', `/projects/hooked/files/${before.filename}`],
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

/** A Wheelgate with something on each of its pages. */
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
  for (const { filename } of [hooked, before]) await gate.get(`/files/hooked/${filename}`);
  return gate;
}
