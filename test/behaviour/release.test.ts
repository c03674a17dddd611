import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { hookLine, refusedPhrase } from '../../src/messages/refusals.js';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { type Listing, packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HOOK = 'import os\n';

interface PageFile {
  readonly filename: string;
  readonly yanked: boolean | string;
  readonly 'core-metadata'?: false | { readonly sha256: string };
}

const hooked = (name: string, version: string, tags?: string) =>
  buildWheel({
    name,
    version,
    ...(tags !== undefined && { tags }),
    files: { [`${name}/__init__.py`]: '', [`${name}.pth`]: HOOK },
  });

/** Asks for the files, so that what is in them is known. */
async function look(gate: TestGate, project: string, ...files: Distribution[]): Promise<void> {
  for (const { filename } of files) await gate.get(`/files/${project}/${filename}`);
}

async function page(gate: TestGate, project: string): Promise<PageFile[]> {
  return (await gate.get(`/simple/${project}/`, { accept: JSON_TYPE })).json().files;
}

async function yanked(gate: TestGate, project: string): Promise<Record<string, boolean | string>> {
  const files = await page(gate, project);
  return Object.fromEntries(files.map((file) => [file.filename, file.yanked]));
}

describe('the sdist of a release whose wheel is refused', () => {
  let gate: TestGate;
  let counter = 0;

  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  /** A project with a good release, and one whose wheel is as given, with its sdist. */
  function project(wheel: (name: string) => Distribution, sdistVersion = '2.0') {
    counter += 1;
    const name = `pair${counter}`;
    const bad = wheel(name);
    const other = buildWheel({ name, version: '2.0', tags: 'py3-none-win_amd64' });
    const sdist = buildSdist({ name, version: sdistVersion });
    const listings: (Distribution | Listing)[] = [
      sdist,
      buildWheel({ name, version: '1.0' }),
      bad,
      other,
    ];
    gate.upstream.addProject(name, listings);
    return { name, bad, other, sdist, listings };
  }

  async function assertRefused(made: ReturnType<typeof project>, rule: string): Promise<void> {
    const { name, bad, other, sdist } = made;
    const reason = new RegExp(`its wheel ${bad.filename} is refused: .*\\(${rule}\\)$`);
    const shown = await yanked(gate, name);
    assert.match(String(shown[sdist.filename]), reason);
    assert.equal(shown[other.filename], false, 'other wheels are judged by their own bytes');
    const path = `/files/${name}/${sdist.filename}`;
    for (const method of ['GET', 'HEAD']) {
      const answer = await gate.get(path, {}, method);
      assert.equal(answer.status, 403);
      assert.ok(answer.phrase.startsWith(refusedPhrase(`its wheel ${bad.filename}`)));
      if (method === 'GET') assert.match(answer.json().reason, reason);
    }
    assert.equal((await gate.get(path, { range: 'bytes=0-9' })).status, 403);
    assert.equal((await gate.get(`${path}.metadata`)).status, 403);
    assert.equal(gate.upstream.requests(packagePath(name, sdist.filename)), 0);
    const explained = (await gate.get(`/api/v1/explain?project=${name}`)).json().files;
    const file = explained.find((one: { filename: string }) => one.filename === sdist.filename);
    assert.equal(file.verdict, 'block');
    assert.equal(file.rule, rule);
    assert.match(file.reason, reason);
    assert.equal((await gate.get(`/files/${name}/${other.filename}`)).status, 200);
  }

  async function assertServed({ name, sdist }: ReturnType<typeof project>): Promise<void> {
    assert.equal((await yanked(gate, name))[sdist.filename], false);
    assert.equal((await gate.get(`/files/${name}/${sdist.filename}`)).status, 200);
  }

  const faults: Record<string, (name: string) => Distribution> = {
    'startup-hook': (name) => hooked(name, '2.0'),
    archive: (name) =>
      buildWheel({ name, version: '2.0', tricks: { prepend: Buffer.from('in front') } }),
    record: (name) =>
      buildWheel({ name, version: '2.0', record: (text) => text.replace(/sha256=./, 'sha256=-') }),
    metadata: (name) =>
      buildWheel({
        name,
        version: '2.0',
        metadata: `Metadata-Version: 2.1\nName: ${name}\nVersion: 9\n`,
      }),
  };
  for (const [rule, wheel] of Object.entries(faults)) {
    it(`is refused with it, by the rule ${rule}`, async () => {
      const made = project(wheel);
      await look(gate, made.name, made.bad);
      await assertRefused(made, rule);
    });
  }

  it('is served where the rule only warns, is in dry-run, or is off', async () => {
    for (const setting of ['warn', 'block, mode: dry-run', 'off']) {
      const rules = Object.keys(faults).map((rule) => `${rule}: {action: ${setting}}`);
      await gate.writePolicy('10.yaml', `rules: {${rules.join(', ')}}`);
      for (const wheel of Object.values(faults)) {
        const made = project(wheel);
        await look(gate, made.name, made.bad);
        await assertServed(made);
      }
    }
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('is refused where the wheel, or a file in it, is denied by its sha256', async () => {
    const text = 'print("payload")\n';
    const made = project((name) =>
      buildWheel({ name, version: '2.0', files: { [`${name}/__init__.py`]: text } }),
    );
    await assertServed(made);
    const twin = project((name) =>
      buildWheel({ name, version: '2.0', files: { [`${name}/__init__.py`]: text } }),
    );
    await gate.writePolicy('10.yaml', `deny: [{sha256: ${twin.bad.sha256}, reason: stealer}]`);
    // By the artifact's digest nobody has to have looked.
    await assertRefused(twin, 'deny');
    const member = createHash('sha256').update(text).digest('hex');
    await gate.writePolicy('10.yaml', `deny: [{sha256: ${member}, reason: stealer}]`);
    const third = project((name) =>
      buildWheel({ name, version: '2.0', files: { [`${name}/__init__.py`]: text } }),
    );
    await look(gate, third.name, third.bad);
    await assertRefused(third, 'deny');
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('is judged by its own bytes before the wheel was looked at', async () => {
    const made = project((name) => hooked(name, '2.0'));
    await assertServed(made);
    await look(gate, made.name, made.bad);
    assert.match(String((await yanked(gate, made.name))[made.sdist.filename]), /its wheel/);
    assert.equal((await gate.get(`/files/${made.name}/${made.sdist.filename}`)).status, 403);
  });

  it('is of the same release by PEP 440, and of no other', async () => {
    const same = project((name) => hooked(name, '2.0'), '2.0.0');
    await look(gate, same.name, same.bad);
    await assertRefused(same, 'startup-hook');
    for (const version of ['2.0.post1', '2.0rc1', '2.0+local.1', '2.0.1', '20', '1!2.0']) {
      const other = project((name) => hooked(name, '2.0'), version);
      await look(gate, other.name, other.bad);
      await assertServed(other);
    }
  });

  it('counts with all of the project whose version cannot be read', async () => {
    const name = 'legacy';
    const wheel = (text: string, files: Record<string, string>) =>
      buildWheel({ name, version: text, files: { [`${name}/__init__.py`]: '', ...files } });
    const bad = wheel('1.0_SNAPSHOT', { [`${name}.pth`]: HOOK });
    const sdist = buildSdist({ name, version: '1.0-SNAPSHOT' });
    const good = buildSdist({ name, version: '1.0' });
    gate.upstream.addProject(name, [bad, sdist, good]);
    assert.equal((await gate.get(`/files/${name}/${sdist.filename}`)).status, 200);
    await look(gate, name, bad);
    assert.match(String((await yanked(gate, name))[sdist.filename]), /its wheel/);
    assert.equal((await gate.get(`/files/${name}/${sdist.filename}`)).status, 403);
    assert.equal((await gate.get(`/files/${name}/${good.filename}`)).status, 200);
  });

  it('is not refused for bytes that stood under the wheel’s name before', async () => {
    const made = project((name) => hooked(name, '2.0'));
    await look(gate, made.name, made.bad);
    const honest = buildWheel({ name: made.name, version: '2.0' });
    assert.equal(honest.filename, made.bad.filename);
    gate.upstream.addProject(made.name, [made.sdist, honest]);
    gate.now += 120_000;
    await assertServed(made);
  });

  it('is not refused by a rule that speaks of what the page says of each file', async () => {
    const made = project((name) => buildWheel({ name, version: '2.0' }));
    const uploadTime = new Date(gate.now - 3_600_000).toISOString();
    gate.upstream.addProject(made.name, [made.sdist, { dist: made.bad, uploadTime }]);
    await gate.writePolicy('10.yaml', 'rules: {cooldown: {action: block, age: 3d}}');
    assert.match(String((await yanked(gate, made.name))[made.bad.filename]), /cooldown/);
    await assertServed(made);
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('is served while a waiver lifts the wheel’s rule, on the page and by itself', async () => {
    const made = project((name) => hooked(name, '2.0'));
    await look(gate, made.name, made.bad);
    const expires = new Date(gate.now + 3_600_000).toISOString().replace(/\.\d+Z/, 'Z');
    const waiver = `rule: startup-hook, project: ${made.name}, versions: "==2.0", reason: r, owner: o, expires: ${expires}`;
    await gate.writePolicy('10.yaml', `waivers: [{${waiver}}]`);
    await assertServed(made);
    const other = waiver.replace('==2.0', '==1.0');
    await gate.writePolicy('10.yaml', `waivers: [{${other}}]`);
    assert.match(String((await yanked(gate, made.name))[made.sdist.filename]), /its wheel/);
    await gate.writePolicy('10.yaml', `waivers: [{${waiver}}]`);
    await assertServed(made);
    // It expires, and nothing else happens.
    gate.now += 3_600_000;
    assert.match(String((await yanked(gate, made.name))[made.sdist.filename]), /its wheel/);
    assert.equal((await gate.get(`/files/${made.name}/${made.sdist.filename}`)).status, 403);
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('keeps the stronger reason of its own', async () => {
    const made = project((name) => hooked(name, '2.0'));
    await look(gate, made.name, made.bad);
    const reasonUnder = async (policy: string) => {
      await gate.writePolicy('10.yaml', policy);
      const answer = await gate.get(`/files/${made.name}/${made.sdist.filename}`);
      return answer.json().reason as string;
    };
    const wheels = await reasonUnder('rules: {sdist: {action: block}}');
    assert.match(wheels, /its wheel .*\(startup-hook\)/);
    const named = `deny: [{project: ${made.name}, versions: "==2.0", reason: known}]`;
    assert.match(await reasonUnder(named), /is denied: known \(deny\)/);
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('is left out with the wheel where its rule says hide', async () => {
    const made = project((name) => hooked(name, '2.0'));
    await look(gate, made.name, made.bad);
    await gate.writePolicy('10.yaml', 'rules: {startup-hook: {action: block, index: hide}}');
    const shown = Object.keys(await yanked(gate, made.name));
    assert.deepEqual(shown, [`${made.name}-1.0-py3-none-any.whl`, made.other.filename]);
    await gate.writePolicy('10.yaml', 'deny: []');
  });
});

describe('a page on which nothing is left to choose', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  const shownAs = async (project: string) =>
    Object.entries(await yanked(gate, project)).map(
      ([name, text]) => `${name.replace(/-py3-none/, '')} ${text === false ? 'open' : 'yanked'}`,
    );

  it('keeps the files of its newest release, and their download says why', async () => {
    const files = ['1.0', '10.0', '9.0'].map((version) => hooked('none', version));
    const sdist = buildSdist({ name: 'none', version: '10.0.0' });
    gate.upstream.addProject('none', [...files, sdist, hooked('none', '11.0rc1')]);
    await look(gate, 'none', ...files, hooked('none', '11.0rc1'));
    assert.deepEqual(await shownAs('none'), [
      'none-1.0-any.whl yanked',
      'none-10.0-any.whl open',
      'none-9.0-any.whl yanked',
      'none-10.0.0.tar.gz open',
      'none-11.0rc1-any.whl yanked',
    ]);
    for (const file of await page(gate, 'none')) assert.equal(file['core-metadata'], false);
    for (const { filename } of [files[1]!, sdist]) {
      const answer = await gate.get(`/files/none/${filename}`);
      assert.equal(answer.status, 403);
      assert.match(answer.phrase, saying(hookLine(ANY, ANY, ANY)));
    }
    const html = (await gate.get('/simple/none/')).body.toString();
    assert.equal(html.match(/data-yanked/g)?.length, 3);
  });

  it('is the same for every client', async () => {
    gate.upstream.addProject('alike', [hooked('alike', '1.0')]);
    await look(gate, 'alike', hooked('alike', '1.0'));
    const answers = await Promise.all(
      ['pip/26.3', 'pip/23.0.1', 'uv/0.13.9', 'poetry/2.5.1', 'unearth/0.17', ''].map((agent) =>
        gate.get('/simple/alike/', { 'user-agent': agent, accept: JSON_TYPE }),
      ),
    );
    assert.equal(new Set(answers.map(({ body }) => body.toString())).size, 1);
    assert.doesNotMatch(String(answers[0]!.headers.vary), /agent/i);
  });

  it('keeps the newest pre-release where there is no final release', async () => {
    const files = ['2.0a1', '2.0.dev9', '2.0b1', '2.0b1.post1.dev3'].map((v) => hooked('early', v));
    gate.upstream.addProject('early', files);
    await look(gate, 'early', ...files);
    assert.deepEqual(await shownAs('early'), [
      'early-2.0a1-any.whl yanked',
      'early-2.0.dev9-any.whl yanked',
      'early-2.0b1-any.whl yanked',
      'early-2.0b1.post1.dev3-any.whl open',
    ]);
    const post = [hooked('late', '1.0'), hooked('late', '1.0.post1'), hooked('late', '2.0rc1')];
    gate.upstream.addProject('late', post);
    await look(gate, 'late', ...post);
    assert.deepEqual(await shownAs('late'), [
      'late-1.0-any.whl yanked',
      'late-1.0.post1-any.whl open',
      'late-2.0rc1-any.whl yanked',
    ]);
  });

  it('is none where a pre-release, or any one file, may be taken', async () => {
    const files = [hooked('some', '2.0'), hooked('some', '1.0')];
    gate.upstream.addProject('some', [...files, buildWheel({ name: 'some', version: '3.0b1' })]);
    await look(gate, 'some', ...files);
    assert.deepEqual(await shownAs('some'), [
      'some-2.0-any.whl yanked',
      'some-1.0-any.whl yanked',
      'some-3.0b1-any.whl open',
    ]);
  });

  it('does not lift what the upstream yanks, and goes by what it does not', async () => {
    const files = [hooked('pulled', '2.0'), hooked('pulled', '1.0')];
    gate.upstream.addProject('pulled', [
      { dist: files[0]!, yanked: 'broken' },
      files[1]!,
      { dist: buildWheel({ name: 'pulled', version: '0.5' }), yanked: true },
    ]);
    await look(gate, 'pulled', ...files);
    assert.deepEqual(await shownAs('pulled'), [
      'pulled-2.0-any.whl yanked',
      'pulled-1.0-any.whl open',
      'pulled-0.5-any.whl yanked',
    ]);
    gate.upstream.addProject('gone', [{ dist: hooked('gone', '1.0'), yanked: true }]);
    await look(gate, 'gone', hooked('gone', '1.0'));
    assert.deepEqual(await shownAs('gone'), ['gone-1.0-any.whl yanked']);
  });

  it('does not count what no installer takes', async () => {
    const egg = { ...buildWheel({ name: 'eggy' }), filename: 'eggy-9.0-py3.11.egg' };
    const installer = { ...buildWheel({ name: 'eggy' }), filename: 'eggy-8.0.win32.exe' };
    gate.upstream.addProject('eggy', [installer, egg, hooked('eggy', '1.0')]);
    await look(gate, 'eggy', hooked('eggy', '1.0'));
    assert.equal((await yanked(gate, 'eggy'))['eggy-1.0-py3-none-any.whl'], false);
  });

  it('shows the newest release where the rule says hide, and nothing else of it', async () => {
    const files = ['1.0', '2.0'].map((version) => hooked('hidden', version));
    gate.upstream.addProject('hidden', files, { versions: ['0.1', '1.0', '2.0.0'] });
    await look(gate, 'hidden', ...files);
    await gate.writePolicy('10.yaml', 'rules: {startup-hook: {action: block, index: hide}}');
    assert.deepEqual(await shownAs('hidden'), ['hidden-2.0-any.whl open']);
    const { versions } = (await gate.get('/simple/hidden/', { accept: JSON_TYPE })).json();
    assert.deepEqual(versions, ['0.1', '2.0.0'], 'a version without any file is the index’s own');
    await gate.writePolicy('10.yaml', 'deny: []');
    const all = (await gate.get('/simple/hidden/', { accept: JSON_TYPE })).json();
    assert.deepEqual(all.versions, ['0.1', '1.0', '2.0.0'], 'what is yanked is listed');
  });

  it('is chosen anew as the policy changes', async () => {
    const files = ['1.0', '2.0'].map((version) => buildWheel({ name: 'edited', version }));
    gate.upstream.addProject('edited', files);
    await gate.writePolicy('10.yaml', 'deny: [{project: edited, reason: all of it}]');
    assert.deepEqual(await shownAs('edited'), [
      'edited-1.0-any.whl yanked',
      'edited-2.0-any.whl open',
    ]);
    await gate.writePolicy('10.yaml', 'deny: [{project: edited, versions: ">=2", reason: new}]');
    assert.deepEqual(await shownAs('edited'), [
      'edited-1.0-any.whl open',
      'edited-2.0-any.whl yanked',
    ]);
    await gate.writePolicy('10.yaml', 'deny: []');
  });
});

describe('the sidecar of a refused wheel', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  const sidecar = (project: string, { filename }: Distribution) =>
    gate.get(`/files/${project}/${filename}.metadata`);

  it('is that of an allowed wheel of its release, where there is one', async () => {
    const linux = buildWheel({
      name: 'multi',
      version: '1.0',
      tags: 'py3-none-manylinux_2_17_x86_64',
    });
    // What the refused one says of itself reaches nobody.
    const windows = buildWheel({
      name: 'multi',
      version: '1.0',
      tags: 'py3-none-win_amd64',
      requires: ['evil'],
      files: { 'multi/__init__.py': '', 'multi.pth': HOOK },
    });
    gate.upstream.addProject('multi', [
      windows,
      linux,
      buildWheel({ name: 'multi', version: '0.9' }),
    ]);
    assert.match((await sidecar('multi', windows)).body.toString(), /evil/, 'before it is known');
    await look(gate, 'multi', windows);
    const files = await page(gate, 'multi');
    const [shown, sibling] = files;
    assert.match(String(shown!.yanked), /startup-hook/);
    assert.deepEqual(shown!['core-metadata'], sibling!['core-metadata']);
    const answer = await sidecar('multi', windows);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, linux.metadata);
    const digest = createHash('sha256').update(answer.body).digest('hex');
    assert.deepEqual(shown!['core-metadata'], { sha256: digest });
    const html = (await gate.get('/simple/multi/')).body.toString();
    assert.equal(
      html.match(new RegExp(`data-core-metadata="sha256=${digest}"`, 'g'))?.length,
      3 - 1,
    );
    assert.equal((await gate.get(`/files/multi/${windows.filename}`)).status, 403);
    const record = (await gate.decisions()).findLast((one) => one.filename.endsWith('.metadata'))!;
    assert.equal(record.filename, `${windows.filename}.metadata`);
    assert.equal(record.sha256, linux.sha256, 'the log says whose it is');
    assert.equal(record.verdict, 'allow');
    // The other one falls, too.
    await gate.writePolicy('10.yaml', `deny: [{sha256: ${linux.sha256}, reason: both}]`);
    assert.equal((await sidecar('multi', windows)).status, 403);
    assert.equal((await sidecar('multi', linux)).status, 403);
    assert.deepEqual(
      (await page(gate, 'multi')).map((file) => Boolean(file['core-metadata'])),
      [false, false, true],
    );
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('is none where the release is refused, or its other files have none', async () => {
    const bad = hooked('whole', '1.0');
    const good = buildWheel({ name: 'whole', version: '0.9' });
    gate.upstream.addProject('whole', [bad, buildSdist({ name: 'whole', version: '1.0' }), good]);
    await look(gate, 'whole', bad);
    assert.equal((await sidecar('whole', bad)).status, 403);
    const [shown] = await page(gate, 'whole');
    assert.equal(shown!['core-metadata'], false);
    const plain = buildWheel({ name: 'plain', version: '1.0', tags: 'py3-none-win_amd64' });
    const { metadata: _, ...bare } = plain;
    gate.upstream.addProject('plain', [hooked('plain', '1.0'), bare]);
    await look(gate, 'plain', hooked('plain', '1.0'));
    assert.equal((await sidecar('plain', hooked('plain', '1.0'))).status, 403);
  });
});
