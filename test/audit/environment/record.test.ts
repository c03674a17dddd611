import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, realpath, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { recordLine, TestEnvironment } from '../../support/environment.js';

describe('an environment held against its RECORDs', () => {
  let environment: TestEnvironment;
  beforeEach(async () => {
    environment = await TestEnvironment.make();
    await environment.install();
  });
  afterEach(() => environment.remove());

  it('finds nothing where nothing was touched', async () => {
    await environment.install({
      name: 'other',
      files: {
        'other.py': 'x = 1\n',
        '../../../bin/other': '#!python\n',
        'other/data, "x".txt': '',
      },
      compiled: { '__pycache__/other.cpython-313.pyc': bytecode(0) },
      record: (lines) =>
        lines.map((line) =>
          line.includes('data, ') ? recordLine('"other/data, ""x"".txt"', '') : line,
        ),
    });
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), []);
  });

  it('reads an environment whose files are all links into a cache, and finds what was altered there', async () => {
    const cache = join(environment.root, '..', `${basename(environment.root)}-cache`);
    await mkdir(cache);
    const files = await readdir(environment.site, { recursive: true, withFileTypes: true });
    for (const [index, entry] of files.filter((one) => one.isFile()).entries()) {
      const path = join(entry.parentPath, entry.name);
      await rename(path, join(cache, String(index)));
      await symlink(join(cache, String(index)), path);
    }
    try {
      assert.deepEqual(await environment.found(), []);
      const linked = join(environment.site, 'demo/__init__.py');
      await writeFile(await realpath(linked), 'evil = 1\n');
      assert.deepEqual(await environment.found(), ['file-altered demo/__init__.py']);
      await rm(await realpath(linked));
      assert.deepEqual(await environment.found(), ['file-missing demo/__init__.py']);
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  it('finds an altered, a longer and a missing file, each by name', async () => {
    await environment.install({
      name: 'tools',
      files: { 'tools/a.py': 'a\n', 'tools/b.py': 'b\n', '../../../bin/tool': '#!python\n' },
    });
    await environment.write('tools/a.py', 'A\n');
    await unlink(join(environment.site, 'tools/b.py'));
    await environment.write('../../../bin/tool', '#!python\nevil\n');
    assert.deepEqual(await environment.found(), [
      `file-altered ${environment.root}/bin/tool`,
      'file-altered tools/a.py',
      'file-missing tools/b.py',
    ]);
  });

  it('finds a RECORD whose size is not its hash’s', async () => {
    await environment.install({
      record: (lines) => lines.map((line) => line.replace(/,\d+$/, ',7')),
    });
    assert.ok((await environment.found()).includes('file-size demo/__init__.py'));
  });

  it('finds a file and a folder that no RECORD lists', async () => {
    await environment.write('demo/extra.py', '');
    await environment.write('lone.py', '');
    await environment.write('stranger/a.py', '');
    await environment.write('stranger/b/c.py', '');
    assert.deepEqual(await environment.found(), [
      'file-unlisted demo/extra.py',
      'file-unlisted lone.py',
      'folder-unlisted stranger',
    ]);
  });

  it('takes bytecode of a listed source for what it is, and no other', async () => {
    await environment.write('demo/__pycache__/__init__.cpython-313.pyc', bytecode(0));
    await environment.write('demo/__pycache__/__init__.cpython-313.opt-1.pyc', bytecode(0b11));
    assert.deepEqual(await environment.found(), []);
    await environment.write('demo/__pycache__/gone.cpython-313.pyc', bytecode(0));
    await environment.write('demo/legacy.pyc', bytecode(0));
    await environment.write('demo/__pycache__/__init__.cpython-312.pyc', bytecode(0b01));
    assert.deepEqual(await environment.found(), [
      'bytecode-unchecked demo/__pycache__/__init__.cpython-312.pyc',
      'file-unlisted demo/__pycache__/gone.cpython-313.pyc',
      'file-unlisted demo/legacy.pyc',
    ]);
  });

  it('lets bytecode be deleted', async () => {
    await environment.install({
      compiled: { 'demo/__pycache__/__init__.cpython-313.pyc': bytecode(0) },
    });
    await rm(join(environment.site, 'demo/__pycache__'), { recursive: true });
    assert.deepEqual(await environment.found(), []);
  });

  it('is not satisfied by a RECORD without hashes, or with weak ones', async () => {
    await environment.install({
      record: (lines) => lines.map((line) => line.replace(/^(demo\/__init__\.py),.*/, '$1,,')),
    });
    assert.deepEqual(await environment.found(), ['record-hash-missing demo/__init__.py']);
    await environment.install({
      record: (lines) =>
        lines.map((line) => line.replace(/^(demo\/__init__\.py),.*/, '$1,md5=AAAA,3')),
    });
    assert.deepEqual(await environment.found(), ['record-hash-weak demo/__init__.py']);
  });

  it('takes the stronger of two rows, and names the contradiction', async () => {
    await environment.install({ record: (lines) => ['demo/__init__.py,,', ...lines] });
    await environment.write('demo/__init__.py', 'evil');
    assert.deepEqual(await environment.found(), [
      'file-altered demo/__init__.py',
      'record-duplicate demo/__init__.py',
    ]);
  });

  it('finds a file that another distribution has put over it, though that one lists it', async () => {
    await environment.install({ name: 'evil', files: { 'demo/__init__.py': 'evil\n' } });
    assert.deepEqual(await environment.found(), ['file-overwritten demo/__init__.py']);
    const { findings } = await environment.audit();
    assert.match(findings[0]!.detail, /of demo 1\.0 now belongs to evil 1\.0/);
  });

  it('notes who puts files into a package of another', async () => {
    await environment.install({ name: 'plugin', files: { 'demo/plugin.py': '' } });
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), ['foreign-folder']);
  });

  it('opens nothing outside of the environment, whatever a RECORD lists', async () => {
    await environment.install({
      record: (lines) => [
        ...lines,
        recordLine('/etc/passwd', ''),
        recordLine('../../../../secret', ''),
      ],
    });
    const found = await environment.found();
    assert.equal(found.length, 2);
    assert.ok(found.every((finding) => finding.startsWith('record-outside /')));
  });

  it('says what has no RECORD, one that is no CSV, and no metadata', async () => {
    await unlink(join(environment.site, 'demo-1.0.dist-info/RECORD'));
    await environment.install({ name: 'broken', record: () => ['"open'] });
    await environment.install({ name: 'ghost', metadata: 'nothing\n' });
    const found = await environment.found();
    assert.ok(found.includes('record-missing demo-1.0.dist-info'));
    assert.ok(found.includes('record-malformed broken-1.0.dist-info'));
    assert.ok(found.some((finding) => finding.startsWith('metadata-missing')));
    // What a RECORD that is not to be trusted lists is listed by nobody.
    assert.ok(found.includes('folder-unlisted ghost'));
  });

  it('finds a distribution recorded twice, and one under another’s name', async () => {
    await environment.install({ version: '2.0', files: {} });
    await environment.install({
      name: 'alias',
      files: {},
      metadata: 'Metadata-Version: 2.1\nName: innocent\nVersion: 9\n',
    });
    assert.deepEqual(await environment.found(), [
      'distribution-twice demo-1.0.dist-info',
      'metadata-mismatch alias-1.0.dist-info',
    ]);
  });

  it('accepts the spellings of one name and version', async () => {
    await environment.install({
      name: 'Spelled_Name',
      version: '1.0.0',
      metadata: 'Metadata-Version: 2.1\nName: spelled-name\nVersion: 1.0\n',
    });
    assert.deepEqual(await environment.found(), []);
  });

  it('reads names that are not UTF-8, and waits for no pipe', async () => {
    const name = Buffer.concat([
      Buffer.from(`${environment.site}/demo/`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('.py'),
    ]);
    await writeFile(name, 'x');
    execFileSync('mkfifo', [join(environment.site, 'demo', 'pipe')]);
    assert.deepEqual(await environment.found(), [
      'file-unlisted demo/\\xff\\xfe.py',
      'special-file demo/pipe',
    ]);
  });

  it('does not take one spelling for another', async () => {
    await environment.install({
      record: (lines) => lines.map((line) => line.replace('demo/__init__', 'demo/__INIT__')),
    });
    assert.deepEqual(await environment.found(), [
      'file-missing demo/__INIT__.py',
      'file-unlisted demo/__init__.py',
    ]);
  });

  it('follows no link to a folder, and says where a listed file is a link', async () => {
    const elsewhere = join(environment.root, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, '__init__.py'), "version = '1.0'\n");
    await unlink(join(environment.site, 'demo/__init__.py'));
    await symlink(join(elsewhere, '__init__.py'), join(environment.site, 'demo/__init__.py'));
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), ['file-linked']);
    await symlink(elsewhere, join(environment.site, 'linked'));
    assert.deepEqual(await environment.found(), ['folder-linked linked']);
  });

  it('knows what pip --target writes of scripts', async () => {
    const flat = await TestEnvironment.make();
    try {
      await flat.install({ files: { 'demo.py': '', 'bin/demo': '#!python\n' } });
      await flat.install({
        files: { 'demo.py': '', 'bin/demo': '#!python\n' },
        record: (lines) => lines.map((line) => line.replace(/^bin\//, '../../bin/')),
      });
      await rm(join(flat.root, 'pyvenv.cfg'));
      const target = join(flat.root, 'target');
      execFileSync('mv', [flat.site, target]);
      const moved = Object.assign(Object.create(TestEnvironment.prototype), {
        root: target,
        site: target,
      }) as TestEnvironment;
      assert.deepEqual(await moved.found(), []);
    } finally {
      await flat.remove();
    }
  });
});

/** A `.pyc` that is nothing but its header (PEP 552). */
function bytecode(flags: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(0x0a0d0df3, 0);
  header.writeUInt32LE(flags, 4);
  return header;
}
