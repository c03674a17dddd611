import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  editableModule,
  isGeneratedFinder,
} from '../../../src/audit/environment/editable-hooks.js';
import { type InstallSpec, readFixture, TestEnvironment } from '../../support/environment.js';

const FINDER = '__editable___demo_1_0_finder';
const PTH = `import ${FINDER}; ${FINDER}.install()`;
const DIRECT = { url: 'file:///home/dev/demo', dir_info: { editable: true } };

describe('editable installs', () => {
  let environment: TestEnvironment;
  let finder: string;
  beforeEach(async () => {
    environment = await TestEnvironment.make();
    finder = await readFixture('editable/setuptools-65-finder.py.txt');
  });
  afterEach(() => environment.remove());

  const install = (changes: Partial<InstallSpec> & { pth?: string; module?: string } = {}) =>
    environment.install({
      files: {
        '__editable__.demo-1.0.pth': changes.pth ?? PTH,
        [`${FINDER}.py`]: changes.module ?? finder,
      },
      direct: DIRECT,
      ...changes,
    });

  it('are named as such', async () => {
    await install();
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), ['editable-hook', 'editable-install']);
    const { findings } = await environment.audit();
    assert.match(
      findings[1]!.detail,
      /demo 1\.0 is an editable install of file:\/\/\/home\/dev\/demo/,
    );
  });

  it('add no note for the folder of their own source', async () => {
    await install({
      files: { '__editable__.demo-1.0.pth': `${environment.root}\n` },
      direct: { ...DIRECT, url: `file://${environment.root}` },
    });
    assert.deepEqual(await environment.notes(), ['editable-install']);
  });

  it('excuse nothing by the name of the file', async () => {
    await install({ direct: { url: 'https://example.com/demo.whl', archive_info: {} } });
    assert.deepEqual(await environment.found(), ['startup-hook __editable__.demo-1.0.pth']);
  });

  it('excuse no line but the generated one', async () => {
    await install({ pth: `${PTH}; import evil` });
    assert.deepEqual(await environment.found(), ['startup-hook __editable__.demo-1.0.pth']);
  });

  it('excuse no module but the generated one', async () => {
    await install({ module: `${finder}\nimport evil\n` });
    assert.deepEqual(await environment.found(), ['startup-hook __editable__.demo-1.0.pth']);
  });

  it('excuse no module that another distribution brought, or nobody', async () => {
    await install({ files: { '__editable__.demo-1.0.pth': PTH } });
    await environment.install({ name: 'other', files: { [`${FINDER}.py`]: finder } });
    assert.deepEqual(await environment.found(), ['startup-hook __editable__.demo-1.0.pth']);
  });
});

describe('the module of an editable install', () => {
  it('is known as setuptools and the editables library write it', async () => {
    for (const name of ['setuptools-65-finder', 'setuptools-82-finder', 'editables-module'])
      assert.ok(isGeneratedFinder(Buffer.from(await readFixture(`editable/${name}.py.txt`))), name);
  });

  it('is not known where its literals hold more than names and folders', async () => {
    const text = await readFixture('editable/setuptools-65-finder.py.txt');
    const mapping = /^MAPPING = .*$/m;
    assert.match(text, mapping);
    for (const changed of [
      "MAPPING = {'a': '/b'}; import evil",
      "MAPPING = {'a': evil()}",
      "MAPPING = {'a': '/b'} or evil()",
      "MAPPING = {'a\\x62': '/b'}",
      "MAPPING = {'sitecustomize': '/b'}",
      "MAPPING = {'a': '/b'}\nMAPPING = {'c': '/d'}",
    ])
      assert.ok(!isGeneratedFinder(Buffer.from(text.replace(mapping, changed))), changed);
    assert.ok(isGeneratedFinder(Buffer.from(text.replace(mapping, "MAPPING = {'a': '/b'}"))));
    const editables = await readFixture('editable/editables-module.py.txt');
    assert.ok(!isGeneratedFinder(Buffer.from(`${editables}\nimport evil`)));
    assert.ok(!isGeneratedFinder(Buffer.from(editables.replace("'pk_hatchx'", "'usercustomize'"))));
  });

  it('is read off the generated line, and off no other', () => {
    const module = (text: string) => editableModule(Buffer.from(text));
    assert.equal(module(PTH), FINDER);
    assert.equal(module(`\ufeff${PTH}\n`), FINDER);
    assert.equal(module('import _editable_impl_demo\n'), '_editable_impl_demo');
    assert.equal(module(PTH.replace(`; ${FINDER}`, '; __editable___other_finder')), undefined);
    assert.equal(module('import os\n'), undefined);
  });
});
