import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readRequirements } from '../../../src/audit/locks/requirements.js';

describe('a requirements file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-requirements-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(files: Readonly<Record<string, string | Buffer>>) {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await readRequirements(join(folder, Object.keys(files)[0]!));
  }
  const pins = async (files: Readonly<Record<string, string | Buffer>>) =>
    (await read(files)).releases.map(({ project, version }) => `${project} ${version}`);
  const codes = async (text: string | Buffer) =>
    (await read({ 'r.txt': text })).findings.map(({ code, line }) => `${code} ${line}`);

  it('is read with comments, markers, extras, brackets and line ends as pip reads it', async () => {
    const text = [
      '# six==9',
      'six==1.16.0  # and idna==9',
      'Idna[all]==3.20 ; python_version < "4"',
      'colorama (==0.4.6)',
      'attrs >=20, == 23.1.0',
      'wheel===0.40.0\r\npip==23.1\fpbr==5.0',
      '',
    ].join('\n');
    assert.deepEqual(await pins({ 'r.txt': text }), [
      'six 1.16.0',
      'idna 3.20',
      'colorama 0.4.6',
      'attrs 23.1.0',
      'wheel 0.40.0',
      'pip 23.1',
      'pbr 5.0',
    ]);
  });

  it('hides nothing behind a comment that another line end closes', async () => {
    for (const end of ['\f', '\x0b', '\x1c', '\x85', '\u2028'])
      assert.deepEqual(await pins({ 'r.txt': `# note${end}evil==1.0` }), ['evil 1.0']);
  });

  it('goes on over lines, with hashes, and a comment ends that', async () => {
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
    const { releases } = await read({
      'r.txt': `six==\\\n1.16.0 \\\n  --hash=sha256:${a} \\\n  --hash sha256:${b}\nidna==3.20 \\\n# why\nsix==2\n`,
    });
    assert.deepEqual(
      releases[0]!.files.map(({ sha256 }) => sha256),
      [a, b],
    );
    assert.equal(releases[0]!.line, 1);
    assert.equal(releases[1]!.version, '3.20');
  });

  it('is read with all that it includes, each once, by any spelling of the option', async () => {
    const files = {
      'r.txt':
        '-r sub/a.txt\n--requirement=sub/b.txt\n--requirem sub/c.txt\n-rsub/d.txt\n-r "sub/e f.txt"\n',
      'sub/a.txt': 'a==1\n-r ../r.txt\n',
      'sub/b.txt': 'b==1\n',
      'sub/c.txt': 'c==1\n-r a.txt\n',
      'sub/d.txt': 'd==1\n',
      'sub/e f.txt': 'e==1\n',
    };
    assert.deepEqual((await pins(files)).sort(), ['a 1', 'b 1', 'c 1', 'd 1', 'e 1']);
  });

  it('says what it could not include', async () => {
    assert.deepEqual(await codes('-r https://example.com/r.txt\n-r gone.txt\n'), [
      'lock-unread 1',
      'lock-unread undefined',
    ]);
  });

  it('takes a constraint for the pin of what is required without a version', async () => {
    const { releases, findings } = await read({
      'r.txt': '-c c.txt\nsix\nidna>=3\n',
      'c.txt': 'SIX==1.16.0\ncolorama==0.4.6\nattrs<9\n',
    });
    assert.deepEqual(
      releases.map(({ project }) => project),
      ['six', 'colorama'],
    );
    assert.deepEqual(
      findings.map(({ code, line, detail }) => `${code} ${line} ${detail}`),
      ['not-pinned 3 idna>=3 is not pinned: not judged'],
    );
  });

  it('names what is not pinned', async () => {
    assert.deepEqual(await codes('six\nidna>=3,<4\na==1.*\nb!=1\nc~=1.0\n'), [
      'not-pinned 1',
      'not-pinned 2',
      'not-pinned 3',
      'not-pinned 4',
      'not-pinned 5',
    ]);
  });

  it('reads URLs, paths and repositories by what their names tell', async () => {
    const sha = 'c'.repeat(64);
    const { releases, findings } = await read({
      'r.txt': [
        `six @ https://example.com/six-1.16.0-py2.py3-none-any.whl#sha256=${sha} ; python_version > "3"`,
        'https://example.com/idna-3.20.tar.gz',
        './wheels/attrs-23.1.0-py3-none-any.whl',
        'git+https://example.com/demo.git@v1#egg=demo',
        '-e ./local',
        '--editable git+https://example.com/x.git#egg=x',
      ].join('\n'),
    });
    assert.deepEqual(
      releases.map(({ project, version, files }) => [project, version, files[0]!.sha256]),
      [
        ['six', '1.16.0', sha],
        ['idna', '3.20', undefined],
        ['attrs', '23.1.0', undefined],
      ],
    );
    assert.deepEqual(
      findings.map(({ code, project }) => `${code} ${project}`),
      [
        'not-from-index six',
        'not-from-index idna',
        'not-from-index attrs',
        'not-from-index demo',
        'editable-install undefined',
        'editable-install x',
      ],
    );
  });

  it('passes over the options that say where to look', async () => {
    const text =
      '--index-url https://example.com/simple\n-i https://x\n--extra-index-url=https://y\n-f ./wheels\n--no-binary :all:\n--pre\n--require-hashes\n--trusted-host h\n';
    assert.deepEqual(await codes(text), []);
  });

  it('doubts what pip would not take, and what it cannot decode', async () => {
    assert.deepEqual(await codes('six==1 --frobnicate\n=1\nsix==1.0 junk\n--re x\n'), [
      'lock-unread 1',
      'lock-unread 2',
      'lock-unread 3',
      'lock-unread 4',
    ]);
    assert.deepEqual(await codes(Buffer.from([0x73, 0xff, 0x0a])), ['lock-unread undefined']);
    assert.deepEqual(await codes('# -*- coding: utf-7 -*-\n+AGU-vil==1\n'), [
      'lock-unread undefined',
    ]);
    assert.deepEqual(await codes('# coding: utf-8\nsix==1\n'), []);
  });

  it('reads UTF-16 as pip does', async () => {
    const text = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from('six==1.16.0\n', 'utf16le'),
    ]);
    assert.deepEqual(await pins({ 'r.txt': text }), ['six 1.16.0']);
  });
});
