import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

describe('an archive that could not be searched to its end', () => {
  let gate: TestGate;
  const unread = buildWheel({
    name: 'unread',
    files: { 'unread/odd.bin': 'x' },
    entries: ([odd, ...rest]) => [
      { ...odd!, stored: true, local: { method: 12 }, central: { method: 12 } },
      ...rest,
    ],
  });
  before(async () => {
    gate = await startGate({ policies: { 'a.yaml': 'rules: {archive: {action: "off"}}' } });
    gate.upstream.addProject('unread', [unread]);
    gate.upstream.addProject('plain', [buildWheel({ name: 'plain' })]);
  });
  after(() => gate.close());

  it('is refused for the start-up hooks that it may hold, also where the rule archive is off', async () => {
    const answer = await gate.get(`/files/unread/${unread.filename}`);
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, /the search for start-up hooks is incomplete.*\(startup-hook\)/);
    assert.equal((await gate.get('/files/plain/plain-1.0-py3-none-any.whl')).status, 200);
  });

  it('is refused by the rule archive first, where that is on', async () => {
    await gate.writePolicy('a.yaml', 'rules: {archive: {action: block}}');
    const answer = await gate.get(`/files/unread/${unread.filename}`);
    assert.match(answer.phrase, /\(archive\)/);
    assert.equal(answer.json().also[0].rule, 'startup-hook');
  });
});
