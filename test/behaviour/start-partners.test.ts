import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { namespaceLine } from '../support/archives/namespace-file.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** Two wheels of different projects, each harmless alone. */
interface Pair {
  readonly opener: Readonly<Record<string, string>>;
  readonly filler: Readonly<Record<string, string>>;
}

const ADDS = { 'one.pth': 'lib/boot\n', 'lib/boot/mod.py': '' };
const DECLARES = { 'one-nspkg.pth': namespaceLine('ns') + namespaceLine('ns', 'sub') };

/** Together they run code at every start. */
const TOGETHER: Readonly<Record<string, Pair>> = {
  'an added folder and sitecustomize in it': {
    opener: ADDS,
    filler: { 'lib/boot/sitecustomize.py': '' },
  },
  'an added folder and a package usercustomize in it, in another case': {
    opener: ADDS,
    filler: { 'Lib/Boot/UserCustomize/__init__.py': '' },
  },
  'an added folder and sitecustomize in it, by way of purelib': {
    opener: ADDS,
    filler: { 'two-1.0.data/purelib/lib/boot/sitecustomize.abi3.so': '' },
  },
  'an added folder and a module in it that a known-good hook imports': {
    opener: ADDS,
    filler: { 'lib/boot/apport_python_hook.py': '' },
  },
  'an added folder and a module in it that the library imports on another system': {
    opener: ADDS,
    filler: { 'lib/boot/msvcrt.py': '' },
  },
  'the parent of a folder with sitecustomize': {
    opener: { 'one.pth': 'lib\n', 'lib/mod.py': '' },
    filler: { 'lib/sitecustomize/deep/mod.py': '' },
  },
  "an added folder and sitecustomize where cmeel's hook looks below it": {
    opener: ADDS,
    filler: { 'lib/boot/cmeel.prefix/lib/python3.11/site-packages/sitecustomize.py': '' },
  },
  'a namespace and a native module': {
    opener: DECLARES,
    filler: { 'ns.cpython-312-x86_64-linux-gnu.so': '' },
  },
  'a namespace and a native package': { opener: DECLARES, filler: { 'ns/__init__.abi3.so': '' } },
  'a namespace below and a native module': { opener: DECLARES, filler: { 'ns/sub.pyd': '' } },
  'a namespace that ends like a debug build, and a native module': {
    opener: { 'one-nspkg.pth': namespaceLine('ns_d') },
    filler: { 'ns_d.abi3.so': '' },
  },
  'a namespace and a native module of a debug build': {
    opener: DECLARES,
    filler: { 'NS_d.pyd': '' },
  },
};

/** Nothing of the one meets the other. */
const APART: Readonly<Record<string, Pair>> = {
  'an added folder and sitecustomize in another': {
    opener: ADDS,
    filler: { 'lib/sitecustomize.py': '', 'lib/boot2/sitecustomize.py': '' },
  },
  'an added folder and ordinary modules in it': {
    opener: ADDS,
    filler: { 'lib/boot/other.py': '', 'lib/boot/native.so': '' },
  },
  'a namespace and native modules in it': {
    opener: DECLARES,
    filler: { 'ns/other.abi3.so': '', 'ns/sub/deep/native.so': '', 'nsx.so': '' },
  },
  'a namespace and another project in it': { opener: DECLARES, filler: { 'ns/other/mod.py': '' } },
  'two that add one folder': {
    opener: ADDS,
    filler: { 'two.pth': 'lib/boot\n', 'lib/boot/x.py': '' },
  },
  'two with one deep sitecustomize': {
    opener: { 'lib/boot/sitecustomize.py': '' },
    filler: { 'lib/boot/sitecustomize.py': '' },
  },
};

describe('two wheels that run code at every start together', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startGate();
  });
  afterEach(() => gate.close());

  function add(name: string, files: Readonly<Record<string, string>>): Distribution {
    const wheel = buildWheel({ name, files });
    gate.upstream.addProject(name, [wheel]);
    return wheel;
  }
  const fetch = async (name: string, { filename }: Distribution) =>
    (await gate.get(`/files/${name}/${filename}`)).status;

  for (const [what, { opener, filler }] of Object.entries(TOGETHER))
    for (const order of [
      ['one', 'two'],
      ['two', 'one'],
    ] as const)
      it(`are ${what}: of ${order.join(' and ')}, only the first is served`, async () => {
        const wheels = { one: add('one', opener), two: add('two', filler) };
        const [first, second] = order;
        assert.equal(await fetch(first, wheels[first]), 200);
        const refused = await gate.get(`/files/${second}/${wheels[second].filename}`);
        assert.equal(refused.status, 403);
        const { detail } = JSON.parse(refused.body.toString());
        assert.ok(detail.includes(wheels[first].filename), detail);
        assert.match(detail, /\(startup-hook\)/);
        assert.equal(await fetch(first, wheels[first]), 200);
      });

  for (const [what, { opener, filler }] of Object.entries(APART))
    it(`are not ${what}`, async () => {
      const one = add('one', opener);
      const two = add('two', filler);
      for (const name of ['one', 'two', 'one'])
        assert.equal(await fetch(name, name === 'one' ? one : two), 200, name);
    });

  it('are not two releases of one project, which no environment has both of', async () => {
    const { opener, filler } = TOGETHER['a namespace and a native package']!;
    const one = buildWheel({ name: 'one', files: opener });
    const next = buildWheel({ name: 'one', version: '2.0', files: filler });
    gate.upstream.addProject('one', [one, next]);
    assert.deepEqual([await fetch('one', one), await fetch('one', next)], [200, 200]);
  });

  it('are no pair if the first is refused by its own content, whatever was seen of its project', async () => {
    const evil = { 'evil.pth': 'import os\n', ...DECLARES };
    const two = add('two', { 'ns/__init__.abi3.so': '' });
    const refused = buildWheel({ name: 'one', files: evil });
    const clean = buildWheel({ name: 'one', version: '2.0', files: DECLARES });
    gate.upstream.addProject('one', [refused, clean]);
    assert.equal(await fetch('one', refused), 403);
    assert.equal(await fetch('two', two), 200);
    assert.equal(await fetch('one', clean), 403);
  });

  it('are a pair by a release after one that is refused by its own content', async () => {
    const refused = buildWheel({ name: 'one', files: { 'evil.pth': 'import os\n', ...DECLARES } });
    const clean = buildWheel({ name: 'one', version: '2.0', files: DECLARES });
    gate.upstream.addProject('one', [refused, clean]);
    const two = add('two', { 'ns/__init__.abi3.so': '' });
    assert.deepEqual([await fetch('one', refused), await fetch('one', clean)], [403, 200]);
    assert.equal(await fetch('two', two), 403);
  });

  it('are a pair by another release than the denied one', async () => {
    const { opener, filler } = TOGETHER['an added folder and sitecustomize in it']!;
    const one = buildWheel({ name: 'one', files: opener });
    const next = buildWheel({ name: 'one', version: '2.0', files: opener });
    gate.upstream.addProject('one', [one, next]);
    const two = add('two', filler);
    assert.equal(await fetch('one', one), 200);
    await gate.writePolicy('deny.yaml', 'deny: [{project: one, versions: "==1.0", reason: bad}]');
    assert.equal(await fetch('two', two), 200);
    assert.equal(await fetch('one', next), 403);
  });

  it('are not later releases of an established project', async () => {
    const { opener, filler } = TOGETHER['a namespace and a native package']!;
    const two = buildWheel({ name: 'two', files: filler });
    const next = buildWheel({ name: 'two', version: '2.0', files: filler });
    gate.upstream.addProject('two', [two, next]);
    const one = add('one', opener);
    assert.deepEqual([await fetch('two', two), await fetch('one', one)], [200, 403]);
    assert.equal(await fetch('two', next), 200);
  });

  it('are judged by the earliest release of each project, also after a restart', async () => {
    const { opener, filler } = TOGETHER['a namespace and a native package']!;
    const releases = Array.from({ length: 6 }, (_, index) =>
      buildWheel({
        name: 'one',
        version: `${index + 1}.0`,
        files: { ...opener, [`x${index}.py`]: '' },
      }),
    );
    gate.upstream.addProject('one', releases);
    const two = add('two', filler);
    assert.equal(await fetch('one', releases[0]!), 200);
    assert.equal(await fetch('two', two), 403);
    for (const release of releases) assert.equal(await fetch('one', release), 200);
    await gate.restart();
    assert.equal(await fetch('two', two), 403);
    for (const release of releases) assert.equal(await fetch('one', release), 200);
  });

  it('are a pair where a waiver lets the first in after the second: only the waived one is refused', async () => {
    const { opener, filler } = TOGETHER['a namespace and a native package']!;
    const one = add('one', { ...opener, 'one.py': '' });
    const two = buildWheel({
      name: 'two',
      files: filler,
      record: (text) => text.replace(/sha256=/, 'sha256=A'),
    });
    gate.upstream.addProject('two', [two]);
    assert.deepEqual([await fetch('two', two), await fetch('one', one)], [403, 200]);
    await gate.writePolicy(
      'waivers.yaml',
      'waivers: [{rule: record, project: two, versions: "==1.0", reason: read, owner: me, expires: 2026-12-01}]',
    );
    assert.match((await gate.get(`/files/two/${two.filename}`)).phrase, /\(startup-hook\)/);
    assert.equal(await fetch('one', one), 200);
  });

  it('are not a pair with one that is refused for its metadata', async () => {
    const { opener, filler } = TOGETHER['a namespace and a native package']!;
    const two = buildWheel({
      name: 'two',
      files: filler,
      requires: ['x @ https://example.org/x.whl'],
    });
    gate.upstream.addProject('two', [two]);
    const one = add('one', opener);
    assert.deepEqual([await fetch('two', two), await fetch('one', one)], [403, 200]);
  });

  it('are in doubt for a project with more places than are kept', async () => {
    const natives = (from: number) =>
      Object.fromEntries(Array.from({ length: 1_900 }, (_, at) => [`two/m${from + at}.so`, '']));
    const many = [0, 1, 2].map((part) =>
      buildWheel({ name: 'two', version: `${part + 1}.0`, files: natives(part * 1_900) }),
    );
    const last = buildWheel({
      name: 'two',
      version: '9.0',
      files: { 'lib/boot/sitecustomize.py': '' },
    });
    const plain = buildWheel({ name: 'two', version: '9.1', files: { 'two/x.py': '' } });
    gate.upstream.addProject('two', [...many, last, plain]);
    const statuses: number[] = [];
    for (const wheel of [...many, last, plain]) statuses.push(await fetch('two', wheel));
    assert.deepEqual(statuses, [200, 200, 403, 403, 200]);
  });

  it('are known after a restart', async () => {
    const { opener, filler } = TOGETHER['a namespace and a native package']!;
    const one = add('one', opener);
    const two = add('two', filler);
    assert.equal(await fetch('one', one), 200);
    await gate.restart();
    assert.equal(await fetch('two', two), 403);
    assert.equal(await fetch('one', one), 200);
  });

  it('are none once the first is denied, or the second waived', async () => {
    const { opener, filler } = TOGETHER['an added folder and sitecustomize in it']!;
    const one = add('one', opener);
    const two = add('two', filler);
    assert.equal(await fetch('one', one), 200);
    assert.equal(await fetch('two', two), 403);
    await gate.writePolicy('deny.yaml', 'deny: [{project: one, versions: "==1.0", reason: bad}]');
    assert.deepEqual([await fetch('one', one), await fetch('two', two)], [403, 200]);
    await gate.writePolicy('deny.yaml', 'deny: [{project: one, versions: "==2.0", reason: bad}]');
    assert.equal(await fetch('two', two), 403);
    await gate.writePolicy(
      'deny.yaml',
      'waivers: [{rule: startup-hook, project: two, versions: "==1.0", reason: read, owner: me, expires: 2026-12-01}]',
    );
    assert.equal(await fetch('two', two), 200);
  });

  it('are not a namespace that is no name, or more places than a known-good wheel has: these are refused alone', async () => {
    const init = add('one', { 'one-nspkg.pth': namespaceLine('__init__') });
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => namespaceLine(`n${index}`)).join('');
    const some = add('two', { 'two-nspkg.pth': many(150) });
    const more = add('three', { 'three-nspkg.pth': many(250) });
    const long = add('four', { 'four-nspkg.pth': namespaceLine('n'.repeat(300)) });
    const wheels = { one: init, two: some, three: more, four: long };
    const statuses: number[] = [];
    for (const [name, wheel] of Object.entries(wheels)) statuses.push(await fetch(name, wheel));
    assert.deepEqual(statuses, [403, 200, 403, 403]);
  });

  it('are not a namespace deeper than any of a known-good project, which is refused by itself', async () => {
    const lines = (...names: string[]) =>
      names.map((_, index) => namespaceLine(...names.slice(0, index + 1))).join('');
    const three = add('one', { 'one-nspkg.pth': lines('a', 'b', 'c') });
    const four = add('two', { 'two-nspkg.pth': lines('a', 'b', 'c', 'd') });
    assert.deepEqual([await fetch('one', three), await fetch('two', four)], [200, 403]);
  });
});
