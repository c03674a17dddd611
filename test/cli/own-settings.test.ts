import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Run, runCommand } from '../support/run-command.js';

describe('commands beside a wheelgate.yaml', () => {
  let folder: string;
  const run = (...args: string[]): Promise<Run> =>
    runCommand(args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } });
  const settings = (text: string) => writeFile(join(folder, 'wheelgate.yaml'), text);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-own-settings-'));
    for (const [name, project] of [
      ['mine', 'six'],
      ['other', 'seven'],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(
        join(folder, name, 'p.yaml'),
        `rules: { archive: { action: block, upstreams: [corp] } }\ndeny: [{ project: ${project}, reason: a bad day }]\n`,
      );
    }
    await writeFile(join(folder, 'r.txt'), 'six==1.16.0\nseven==1.0\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('audit uses their policies, unless others are named, and says which', async () => {
    await settings('policies: mine\n');
    const configured = await run('audit', 'r.txt');
    assert.equal(configured.code, 1, configured.err);
    assert.match(configured.out, /six is denied/);
    assert.doesNotMatch(configured.out, /seven is denied/);
    assert.match(
      configured.out,
      /^with the shipped policies and \S+\/mine \(from \S+wheelgate\.yaml\)$/m,
    );
    const named = await run('audit', 'r.txt', '--policies', 'other');
    assert.match(named.out, /seven is denied/);
    assert.doesNotMatch(named.out, /six is denied/);
    assert.match(named.out, /^with the shipped policies and other$/m);
    await rm(join(folder, 'wheelgate.yaml'));
    const without = await run('audit', 'r.txt');
    assert.equal(without.code, 0, without.out);
    assert.match(without.out, /^with only the shipped policies$/m);
  });

  it('check checks their policies, or says that only the shipped ones were checked', async () => {
    await settings('policies: mine\nupstreams: [{ name: pypi }]\n');
    const own = await run('check');
    assert.equal(own.code, 0, own.out);
    assert.match(own.out, /p\.yaml:1:.*no upstream is named "corp"/);
    assert.match(own.out, /^checked: the shipped policies and \S+\/mine \(from \S+\.yaml\)$/m);
    await writeFile(join(folder, 'mine', 'p.yaml'), 'dney: []\n');
    assert.equal((await run('check')).code, 1);
    await settings('feed: { url: none }\n');
    const shipped = await run('check');
    assert.equal(shipped.code, 0, shipped.out);
    assert.match(shipped.out, /^checked: only the shipped policies$/m);
  });

  it('need no variable of a setting that they do not use', async () => {
    await settings(
      `policies: mine\nredis: { url: "\${REDIS}" }\nreplica: { share-policy: true, secret: "\${KEY}" }\nwebhooks: [{ name: chat, url: "\${CHAT_HOOK}" }]\n`,
    );
    assert.match((await run('check')).out, /^ok: /m);
    const audit = await run('audit', 'r.txt');
    assert.equal(audit.code, 1, audit.err);
    assert.match(audit.out, /six is denied/);
    const serve = await run('serve');
    assert.equal(serve.code, 2);
    assert.match(serve.err, /the environment variable CHAT_HOOK is not set/);
    assert.match((await run('notify', 'test')).err, /variable CHAT_HOOK is not set/);
  });

  it('stop at an unset variable of a setting that they use', async () => {
    await settings(`policies: "\${POLICIES}"\n`);
    for (const args of [['check'], ['audit', 'r.txt']]) {
      const { code, err } = await run(...args);
      assert.equal(code, 2);
      assert.match(err, /wheelgate\.yaml:1:.*variable POLICIES is not set/);
    }
  });

  it('check says that upstream names are unchecked if their settings need an unset variable', async () => {
    await settings(
      `policies: mine\nupstreams: [{ name: pypi, auth: { username: ci, password: "\${TOKEN}" } }]\n`,
    );
    const { code, out, err } = await run('check');
    assert.equal(code, 0, err);
    assert.doesNotMatch(out, /no upstream is named/);
    assert.match(err, /names of upstreams are not checked: .*variable TOKEN is not set/);
  });
});
