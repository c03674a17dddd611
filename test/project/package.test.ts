import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { listensOn } from '../../src/messages/start.js';
import { buildWheel } from '../support/distributions.js';
import { startFakeUpstream } from '../support/fake-upstream.js';
import { ANY, valuesOf } from '../support/messages.js';
import {
  commandIn,
  ENVIRONMENT,
  mustRun,
  QUIETLY,
  run,
  TARBALL,
  VERSION,
  WINDOWS,
} from '../support/npm.js';
import { npmRegistry } from '../support/requirements.js';

describe('the package', () => {
  const registry = npmRegistry();
  let folder: string;
  /** What is in it, unpacked. */
  let content: string;
  let files: readonly string[];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheelgate-package-'));
    // Fails where the two that it makes differ.
    mustRun(process.execPath, ['scripts/pack-twice.mjs', folder], '.');
    mustRun('tar', ['-xzf', TARBALL], folder);
    content = join(folder, 'package');
    files = readdirSync(content, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(content, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('holds what runs, what it reads and what is to be read, and nothing of its making', () => {
    for (const file of [
      'dist/cli/main.js',
      'policies/00-default.yaml',
      'trust/trusted_root.json',
      'docs/policy.md',
    ])
      assert.ok(files.includes(file), file);
    const odd = files.filter((file) =>
      /\.(map|ts|tgz|test\.\w+)$|^(src|test|bench|scripts|build)\//.test(file),
    );
    assert.deepEqual(odd, []);
  });

  it('refers to no map of a source that it does not have', () => {
    const wrong = files.filter(
      (file) =>
        file.startsWith('dist/') &&
        readFileSync(join(content, file), 'utf8').includes('\n//# sourceMappingURL='),
    );
    assert.deepEqual(wrong, []);
  });

  it('has whatever its pages lead to', () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      [...readFileSync(join(content, page), 'utf8').matchAll(/\]\((?!\w+:)([^)#\s]+)/g)]
        .filter(([, target = '']) => !existsSync(join(content, dirname(page), target)))
        .map(([, target]) => `${page}: ${target}`),
    );
    assert.ok(pages.length > 20);
    assert.deepEqual(broken, []);
  });

  it('pins what it depends on, and nothing that only developers use', () => {
    const pinned = JSON.parse(readFileSync(join(content, 'npm-shrinkwrap.json'), 'utf8')).packages;
    const { dependencies } = JSON.parse(readFileSync(join(content, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies))
      assert.ok(pinned[`node_modules/${name}`]?.integrity !== undefined, name);
    assert.ok(!Object.hasOwn(pinned, 'node_modules/typescript'));
    assert.ok(!existsSync('npm-shrinkwrap.json'), 'beside package-lock.json it would win');
  });

  describe('installed into an empty folder', { skip: registry.skip }, () => {
    let command: string;

    before(() => {
      const prefix = join(folder, 'installed');
      mustRun(
        'npm',
        ['install', '--global', '--prefix', prefix, ...QUIETLY, join(folder, TARBALL)],
        folder,
      );
      command = commandIn(prefix);
    });

    it('has a command that tells its version and checks the shipped policies', () => {
      assert.equal(mustRun(command, ['--version'], folder), `${VERSION}\n`);
      assert.match(mustRun(command, ['check'], folder), /^ok: /);
    });

    it('inspects an honest wheel and one with a start-up hook', () => {
      writeFileSync(join(folder, 'demo-1.0-py3-none-any.whl'), buildWheel().bytes);
      const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
      writeFileSync(join(folder, hooked.filename), hooked.bytes);
      assert.equal(run(command, ['inspect', 'demo-1.0-py3-none-any.whl'], folder).code, 0);
      assert.equal(run(command, ['inspect', hooked.filename], folder).code, 1);
    });

    it('serves a project, and ends when it is told to', async () => {
      const upstream = await startFakeUpstream();
      upstream.addProject('demo', [buildWheel()]);
      const main = join(
        dirname(command),
        ...(WINDOWS ? [] : ['..', 'lib']),
        'node_modules',
        'wheelgate',
        'dist',
        'cli',
        'main.js',
      );
      const args = [
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--data',
        join(folder, 'data'),
        '--upstream',
        upstream.url,
      ];
      const server = spawn(process.execPath, [main, ...args], {
        cwd: folder,
        env: { ...ENVIRONMENT, WHEELGATE_FEED_URL: 'none' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const ended = once(server, 'close');
      try {
        let said = '';
        for await (const piece of server.stdout) {
          said += piece;
          if (valuesOf(listensOn(ANY)).test(said)) break;
        }
        const url = valuesOf(listensOn(ANY)).exec(said)?.[1];
        const page = await fetch(`${url}/simple/demo/`);
        assert.equal(page.status, 200);
        assert.match(await page.text(), /demo-1\.0-py3-none-any\.whl/);
      } finally {
        server.kill();
        await ended;
        await upstream.close();
      }
    });
  });
});
