import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, readdir, rm, stat, symlink, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AuditReport } from '../../../src/audit/report.js';
import { asNobody } from '../../support/as-nobody.js';
import { TestEnvironment } from '../../support/environment.js';

describe('an audit that may not see all', { skip: process.platform === 'win32' }, () => {
  let environment: TestEnvironment;

  beforeEach(async () => {
    environment = await TestEnvironment.make();
    await environment.install({
      files: { 'demo/__init__.py': 'a', 'demo/sub/b.py': 'b', '../../../bin/demo': '#!' },
      compiled: { 'demo/__pycache__/__init__.cpython-313.pyc': Buffer.alloc(16) },
      direct: { url: 'https://example.com/demo.whl' },
    });
    await environment.install({ name: 'paths', files: { 'paths.pth': 'demo\n' } });
    await environment.write('demo/sub/__pycache__/b.cpython-313.pyc', Buffer.alloc(16));
    await environment.write('../dist-packages/README.txt', 'x');
    await chmod(environment.root, 0o755);
  });
  afterEach(() => environment.remove());

  /** `fine`, or what was found or unclear; that it could not be located is an answer, too. */
  async function verdict(): Promise<string> {
    const report: AuditReport | string = await asNobody(() =>
      environment.audit().catch((error: Error) => error.message),
    );
    if (typeof report === 'string') return report;
    return report.findings
      .filter(({ level }) => level !== 'note')
      .map(({ level, code, detail }) => `${level} ${code}: ${detail}`)
      .join('\n');
  }

  it('is fine where it may', async () => {
    assert.equal(await verdict(), '');
  });

  it('names whatever it may not read, and accuses nobody for it', async () => {
    const all = await readdir(environment.root, { recursive: true });
    const paths = all.map((name) => join(environment.root, name)).sort();
    assert.ok(paths.length > 20);
    for (const path of paths) {
      // A text that nothing reads is nobody's worry.
      if (path.endsWith('README.txt')) continue;
      const { mode } = await stat(path);
      await chmod(path, 0);
      const said = await verdict();
      await chmod(path, mode & 0o777);
      const name = relative(environment.root, path);
      assert.match(said, /cannot be (?:read|listed)/, `${name} is passed over`);
      assert.ok(said.includes(path), `${name} is not named: ${said}`);
      // Who cannot read a start-up hook is told that it may be one.
      const accused = said.split('\n').filter((line) => /^found (?!startup-hook)/.test(line));
      assert.deepEqual(accused, [], name);
    }
  });

  it('sees each folder that is listed and cannot be entered', async () => {
    for (const name of ['demo', 'demo/sub', 'demo-1.0.dist-info', 'demo/__pycache__']) {
      await chmod(join(environment.site, name), 0o444);
      assert.match(await verdict(), /cannot be (?:read|listed)/, name);
      await chmod(join(environment.site, name), 0o755);
    }
  });

  it('ends whatever lies in place of a file, and is not fine', { timeout: 60_000 }, async () => {
    const socket = createServer();
    const replace: Record<string, (path: string) => Promise<void>> = {
      pipe: async (path) => {
        assert.equal(spawnSync('mkfifo', [path]).status, 0);
      },
      socket: (path) => new Promise((done) => socket.listen(path, done)),
      device: (path) => symlink('/dev/zero', path),
      terminal: (path) => symlink('/dev/tty', path),
      nowhere: (path) => symlink('nowhere', path),
      loop: (path) => symlink(path, path),
    };
    for (const name of [
      'demo/__init__.py',
      'paths.pth',
      'demo-1.0.dist-info/RECORD',
      'demo-1.0.dist-info/METADATA',
      'demo/sub/__pycache__/new.cpython-313.pyc',
      'evil.pth',
      'stray.py',
    ])
      for (const [kind, put] of Object.entries(replace)) {
        const path = join(environment.site, name);
        await unlink(path).catch(() => {});
        await put(path);
        assert.notEqual(await verdict(), '', `${kind} as ${name}`);
        if (kind === 'socket') await new Promise((done) => socket.close(done));
        await rm(path, { force: true });
      }
  });
});
