import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { failedInARow, LATE } from '../../src/messages/upstreams.js';
import { buildWheel } from '../support/distributions.js';
import type { Fault } from '../support/fake-upstream.js';
import { saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const HOUR = 3_600_000;

describe('a page that was seen before', () => {
  let gate: TestGate;

  before(async () => {
    // A page that nobody has seen waits as long as is set; these are seen.
    gate = await startGate();
  });
  after(() => gate.close());

  for (const [how, fault] of [
    ['that says nothing', { kind: 'silence' }],
    ['whose page comes drop by drop', { kind: 'stall', after: 20 }],
    ['that answers 503 with a body that does not end', { kind: 'endless-status', status: 503 }],
  ] as const satisfies [string, Fault][])
    it(`is served stale while the upstream is one ${how}`, async () => {
      const project = `slow-${fault.kind}`;
      const path = `/simple/${project}/`;
      gate.upstream.addProject(project, [buildWheel({ name: project })]);
      assert.equal((await gate.get(path)).status, 200);
      gate.upstream.addProject(project, [
        buildWheel({ name: project }),
        buildWheel({ name: project, version: '2.0' }),
      ]);
      gate.upstream.fault(path, fault);
      gate.now += HOUR;
      // Would not come at all: the upstream waits for this test.
      assert.equal((await gate.get(path)).status, 200);
      gate.now += HOUR;
      assert.equal((await gate.get(path)).status, 200);
    });

  it('is taken over from an upstream that answers late, once it has', async () => {
    const path = '/simple/late/';
    gate.upstream.addProject('late', [buildWheel({ name: 'late' })]);
    await gate.get(path);
    const newer = buildWheel({ name: 'late', version: '2.0' });
    gate.upstream.addProject('late', [newer]);
    gate.upstream.fault(path, { kind: 'stall', after: 20 });
    gate.now += HOUR;
    assert.doesNotMatch((await gate.get(path)).body.toString(), /2\.0/);
    gate.now += HOUR;
    const asked = gate.upstream.requests(path);
    assert.doesNotMatch((await gate.get(path)).body.toString(), /2\.0/);
    assert.equal(gate.upstream.requests(path), asked, 'asked a second time meanwhile');
    gate.upstream.release();
    let body = '';
    while (!body.includes(newer.filename)) body = (await gate.get(path)).body.toString();
    assert.equal(gate.upstream.requests(path), asked);
  });
});

describe('an upstream that does not answer', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          { name: 'fake', url, timeouts: { headers: '100ms', body: '100ms', page: '1s' } },
        ],
      }),
    });
  });
  after(() => gate.close());

  it('is left alone after some failures in a row, but for a look now and then, and is asked again once it answers', async () => {
    for (const project of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) {
      gate.upstream.addProject(project, [buildWheel({ name: project })]);
      gate.upstream.fault(`/simple/${project}/`, { kind: 'status', status: 500 });
    }
    gate.upstream.addProject('fine', [buildWheel({ name: 'fine' })]);
    for (const project of ['one', 'two', 'three', 'four', 'five', 'six', 'seven'])
      assert.equal((await gate.get(`/simple/${project}/`)).status, 503);
    assert.ok(gate.upstream.requests('/simple/five/') > 0);
    assert.equal(gate.upstream.requests('/simple/six/'), 0);
    const fine = await gate.get('/simple/fine/');
    assert.equal(fine.status, 503);
    assert.equal(fine.headers['retry-after'], '2');
    assert.match(fine.json().detail, saying(`${failedInARow(5, 2)}.`));
    gate.now += 60_000;
    assert.equal((await gate.get('/simple/seven/')).status, 503);
    assert.ok(gate.upstream.requests('/simple/seven/') > 0);
    assert.equal((await gate.get('/simple/fine/')).status, 503);
    gate.now += 60_000;
    assert.equal((await gate.get('/simple/fine/')).status, 200);
    gate.upstream.fault('/simple/one/', undefined);
    assert.equal((await gate.get('/simple/one/')).status, 200);
  });

  for (const [how, fault] of [
    ['says nothing', { kind: 'silence' }],
    ['begins a page and does not go on', { kind: 'stall', after: 20 }],
  ] as const satisfies [string, Fault][])
    it(`and ${how} is a 503 for a page that nobody has seen`, async () => {
      const path = `/simple/unseen-${fault.kind}/`;
      gate.upstream.addProject(`unseen-${fault.kind}`, [buildWheel({ name: 'unseen' })]);
      gate.upstream.fault(path, fault);
      const answer = await gate.get(path);
      assert.equal(answer.status, 503);
      assert.match(answer.json().detail, saying(LATE));
      gate.upstream.release();
    });
});
