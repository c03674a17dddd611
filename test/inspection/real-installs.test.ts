import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel, type WheelOptions, wheelName } from '../support/archives/wheel.js';
import { inspectBytes } from '../support/inspection/inspect.js';
import { findPythons, type Python } from '../support/python/pythons.js';
import { client } from '../support/requirements.js';

const DATA = 'demo-1.0.data';

/** Tricks that a real installer installs, and after which a real Python runs the author's code. */
function tricks(python: Python, marker: string): Record<string, WheelOptions['files']> {
  const code = `open(${JSON.stringify(marker)}, "w").close()\n`;
  const pth = `import os; ${code}`;
  return {
    'a .pth at the root': { 'demo.pth': pth },
    'a .pth below purelib': { [`${DATA}/purelib/demo.pth`]: pth },
    'a .pth below platlib': { [`${DATA}/platlib/demo.pth`]: pth },
    'a .pth by the full way through the prefix': {
      [`${DATA}/data/lib/python${python.version}/site-packages/demo.pth`]: pth,
    },
    'a .pth behind a comment and a carriage return': { 'demo.pth': `# hello\r${pth}` },
    sitecustomize: { 'sitecustomize.py': code },
    'sitecustomize as a package': { 'sitecustomize/__init__.py': code },
    'sitecustomize in a folder that a .pth adds': {
      'demo.pth': 'demo/boot\n',
      'demo/boot/sitecustomize.py': code,
    },
    'sitecustomize in a folder of the prefix that a .pth adds': {
      'demo.pth': '../../../share/demo\n',
      [`${DATA}/data/share/demo/sitecustomize.py`]: code,
    },
  };
}

/** What looks like one and runs nothing. */
function twins(marker: string): Record<string, WheelOptions['files']> {
  const code = `open(${JSON.stringify(marker)}, "w").close()\n`;
  return {
    'a .pth in a package': { 'demo/weights/demo.pth': `import os; ${code}` },
    'a sitecustomize in a package': { 'demo/sitecustomize.py': code },
    'a .pth that adds a folder': { 'demo.pth': 'demo\n', 'demo/x.py': code },
    'a .pth below share': { [`${DATA}/data/share/demo/demo.pth`]: `import os; ${code}` },
  };
}

const [python] = findPythons();
const uv = client('uv');

/** Installs a wheel with an installer and takes it out again; both run where nothing can be fetched. */
interface Installer {
  readonly name: string;
  readonly skip: string | false;
  install(interpreter: string, wheel: string): void;
  uninstall(interpreter: string): void;
}

const pip = (interpreter: string, ...args: string[]) =>
  execFileSync(interpreter, ['-m', 'pip', '-q', '--disable-pip-version-check', ...args]);
const uvPip = (interpreter: string, command: string, ...args: string[]) =>
  execFileSync(
    uv.found!,
    ['pip', command, '--quiet', '--offline', '--no-cache', '--python', interpreter, ...args],
    { stdio: 'pipe' },
  );

const INSTALLERS: readonly Installer[] = [
  {
    name: 'pip',
    skip: false,
    install: (interpreter, wheel) =>
      pip(interpreter, 'install', '--no-index', '--no-deps', '--no-compile', wheel),
    uninstall: (interpreter) => pip(interpreter, 'uninstall', '-y', 'demo'),
  },
  {
    name: 'uv',
    skip: uv.skip,
    install: (interpreter, wheel) => uvPip(interpreter, 'install', '--no-deps', wheel),
    uninstall: (interpreter) => uvPip(interpreter, 'uninstall', 'demo'),
  },
];

for (const installer of INSTALLERS)
  describe(`real installs by ${installer.name}`, {
    skip: python === undefined ? 'there is no Python here' : installer.skip,
  }, () => {
    let folder: string;
    let interpreter: string;
    let marker: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wheelgate-installs-'));
      marker = join(folder, 'marker');
      execFileSync(python!.path, ['-m', 'venv', join(folder, 'venv')]);
      interpreter = join(folder, 'venv/bin/python');
    });
    after(() => rm(folder, { recursive: true, force: true }));

    /** Installs the wheel, starts Python once, removes it again. @returns whether the author's code ran */
    async function runsCode(wheel: Buffer): Promise<boolean> {
      const path = join(folder, wheelName());
      await writeFile(path, wheel);
      installer.install(interpreter, path);
      await rm(marker, { force: true });
      execFileSync(interpreter, ['-c', 'pass']);
      const ran = existsSync(marker);
      installer.uninstall(interpreter);
      return ran;
    }

    it('run code behind every trick, and each is refused', async () => {
      for (const [name, files] of Object.entries(tricks(python!, marker))) {
        const wheel = buildWheel({ files: { 'demo/__init__.py': '', ...files } });
        assert.equal(await runsCode(wheel), true, `${name} runs`);
        const { findings } = await inspectBytes(wheelName(), wheel);
        assert.ok(
          findings.some((finding) => finding.rule === 'startup-hook'),
          `${name} is refused`,
        );
      }
    });

    it('run nothing behind their twins, which are let through', async () => {
      for (const [name, files] of Object.entries(twins(marker))) {
        const wheel = buildWheel({ files: { 'demo/__init__.py': '', ...files } });
        assert.equal(await runsCode(wheel), false, `${name} runs nothing`);
        assert.deepEqual((await inspectBytes(wheelName(), wheel)).findings, [], name);
      }
    });
  });
