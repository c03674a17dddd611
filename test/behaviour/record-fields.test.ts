import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

describe('a decision record', () => {
  let gate: TestGate;
  const wheel = buildWheel({ name: 'demo', files: { 'demo/a.py': 'x' } });
  const path = `/files/demo/${wheel.filename}`;
  beforeEach(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', [wheel]);
  });
  afterEach(() => gate.close());

  it('says once what the upstream has sent, and where the bytes of each response came from', async () => {
    await gate.get(path);
    // Once it is put away.
    await gate.restart();
    await gate.get(path);
    const [cold, warm] = await gate.decisions();
    assert.deepEqual([cold?.cache, cold?.fetched], ['miss', wheel.bytes.length]);
    assert.deepEqual([warm?.cache, warm?.fetched], ['hit', undefined]);
  });

  it('says once what was fetched for several clients, and for a file that is refused then', async () => {
    const hooked = buildWheel({ name: 'bad', files: { 'bad.pth': 'import os\n' } });
    gate.upstream.addProject('bad', [hooked]);
    const answers = await Promise.all(
      [1, 2, 3].map(() => gate.get(`/files/bad/${hooked.filename}`)),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [403, 403, 403],
    );
    const fetched = (await gate.decisions()).map((record) => record.fetched);
    assert.deepEqual(
      fetched.filter((bytes) => bytes !== undefined),
      [hooked.bytes.length],
    );
  });

  it('says that dry-run alone let it pass, and which rule would have refused', async () => {
    await gate.writePolicy(
      'deny.yaml',
      'mode: dry-run\ndeny: [{ project: demo, reason: "an example" }]',
    );
    assert.equal((await gate.get(path)).status, 200);
    await gate.writePolicy('deny.yaml', 'deny: [{ project: demo, reason: "an example" }]');
    assert.equal((await gate.get(path)).status, 403);
    const [spared, refused] = await gate.decisions();
    assert.deepEqual([spared?.verdict, spared?.wouldBlock, spared?.rule], ['warn', true, 'deny']);
    assert.deepEqual(
      [refused?.verdict, refused?.wouldBlock, refused?.rule],
      ['block', undefined, 'deny'],
    );
  });
});
