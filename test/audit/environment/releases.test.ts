import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { policyOf } from '../../policy/support.js';
import { TestEnvironment } from '../../support/environment.js';

describe('installed releases under the policy', () => {
  let environment: TestEnvironment;
  beforeEach(async () => {
    environment = await TestEnvironment.make();
  });
  afterEach(() => environment.remove());

  const PAYLOAD = 'steal()\n';
  const sha256 = createHash('sha256').update(PAYLOAD).digest('hex');

  it('finds a denied release, by any spelling of its version, and no other', async () => {
    const policy = policyOf(
      'deny: [{project: Demo, versions: "==1.0", reason: bad, reference: X-1}]',
    );
    await environment.install({ version: '1.0.0' });
    assert.deepEqual(await environment.found(policy), ['release-refused demo-1.0.0.dist-info']);
    const [finding] = (await environment.audit(policy)).findings;
    assert.match(finding!.detail, /demo 1\.0\.0 is denied: bad/);
    assert.equal(finding!.reference, 'X-1');
    assert.equal(finding!.rule, 'deny');
    const other = policyOf('deny: [{project: demo, versions: "==1.1", reason: bad}]');
    assert.deepEqual(await environment.found(other), []);
  });

  it('finds the shipped denials', async () => {
    await environment.install({ name: 'elementary_data', version: '0.23.3' });
    assert.deepEqual(await environment.found(), [
      'release-refused elementary_data-0.23.3.dist-info',
    ]);
  });

  it('finds a denied content, listed or not, and names the file', async () => {
    const policy = policyOf(`deny: [{sha256: ${sha256}, reason: payload}]`);
    await environment.install({ files: { 'demo/a.py': '', 'demo/b.py': PAYLOAD } });
    await environment.write('stray.py', PAYLOAD);
    assert.deepEqual(await environment.found(policy), [
      'file-denied demo/b.py',
      'file-denied stray.py',
      'file-unlisted stray.py',
    ]);
    assert.deepEqual(await environment.found(policyOf()), ['file-unlisted stray.py']);
  });

  it('finds an artifact denied by its sha256 where pip wrote it down', async () => {
    const policy = policyOf(`deny: [{sha256: ${sha256}, reason: payload}]`);
    await environment.install({
      direct: { url: 'https://example.com/demo-1.0.whl', archive_info: { hashes: { sha256 } } },
    });
    assert.deepEqual(await environment.found(policy), ['release-refused demo-1.0.dist-info']);
  });

  it('counts what the allow list leaves out; warnings and waivers are notes', async () => {
    await environment.install();
    const allow = 'allow: [{project: "acme-*"}]';
    assert.deepEqual(await environment.found(policyOf(allow)), [
      'release-refused demo-1.0.dist-info',
    ]);
    const warn = policyOf(allow, 'rules: {allow: {action: warn}}');
    assert.deepEqual(await environment.found(warn), []);
    assert.deepEqual(await environment.notes(warn), ['release-tolerated']);
  });

  it('says nothing of what only an index could tell', async () => {
    await environment.install();
    const strict = policyOf(
      'rules: {cooldown: {action: block}, yanked: {action: block}, status: {action: block}, sdist: {action: block}}',
    );
    assert.deepEqual(await environment.found(strict), []);
  });
});
