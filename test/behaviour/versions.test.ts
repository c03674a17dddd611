import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const VERSIONS = ['1.0rc1', '1', '1.0+evil', '1.0+cu118', '1.0.post1', '1.1', '2.0b1', '1!1.0'];

describe('which files a denial or a waiver names by their version', () => {
  let gate: TestGate;
  const wheels = VERSIONS.map((version) => buildWheel({ name: 'demo', version }));
  before(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', wheels);
  });
  after(() => gate.close());

  /** The versions that a client is refused. */
  const refused = async () => {
    const answers = await Promise.all(wheels.map((one) => gate.get(`/files/demo/${one.filename}`)));
    return VERSIONS.filter((_, index) => answers[index]!.status === 403);
  };

  const cases: Readonly<Record<string, readonly string[]>> = {
    '<1.0.post1': ['1.0rc1', '1', '1.0+evil', '1.0+cu118'],
    '>1.0rc1': ['1', '1.0+evil', '1.0+cu118', '1.0.post1', '1.1', '2.0b1', '1!1.0'],
    '<2.0rc1': ['1.0rc1', '1', '1.0+evil', '1.0+cu118', '1.0.post1', '1.1', '2.0b1'],
    '==1.0.*': ['1.0rc1', '1', '1.0+evil', '1.0+cu118', '1.0.post1'],
    '==1.0.0': ['1', '1.0+evil', '1.0+cu118'],
    '==1.0+evil': ['1.0+evil'],
    '>1.0': ['1.1', '2.0b1', '1!1.0'],
    '>=1!0': ['1!1.0'],
    '===1': ['1'],
    '~=1.0, !=1.1': ['1', '1.0+evil', '1.0+cu118', '1.0.post1'],
  };
  for (const [versions, named] of Object.entries(cases))
    it(`${versions}: ${named.join(', ')}, and no other`, async () => {
      await gate.writePolicy(
        'deny.yaml',
        `deny: [{ project: demo, versions: ${JSON.stringify(versions)}, reason: bad }]`,
      );
      assert.deepEqual(await refused(), named);
    });

  it('a waiver of one local label does not lift another', async () => {
    await gate.writePolicy(
      'deny.yaml',
      `deny: [{ project: demo, versions: "==1.0", reason: bad }]
waivers: [{ rule: deny, project: demo, versions: "==1.0+cu118", reason: ours, owner: o, expires: 2026-11-20 }]`,
    );
    assert.deepEqual(await refused(), ['1', '1.0+evil']);
  });
});
