import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { landings, type Place } from '../../src/inspection/startup-hooks/landing.js';
import { buildWheel, wheelName } from '../support/archives/wheel.js';
import { codesOf, inspectBytes } from '../support/inspection/inspect.js';
import { findPythons } from '../support/python/pythons.js';
import { client } from '../support/requirements.js';

const DATA = 'demo-1.0.data';

/** Paths of members, honest or not, that both installers put somewhere; each with a name of its own. */
const MEMBERS = [
  'm.py',
  'm:a.py',
  './m.py',
  'pkg/./m.py',
  'pkg//m.py',
  `${DATA}/purelib/m.py`,
  `${DATA}/platlib/pkg/m.py`,
  `${DATA}/scripts/m.py`,
  `${DATA}/data/m.py`,
  `${DATA}/data/bin/m.py`,
  `${DATA}/data/share/m.py`,
  `${DATA}/data/lib/m.py`,
  `${DATA}/data/lib/PYTHON/m.py`,
  `${DATA}/data/lib/PYTHON/site-packages/m.py`,
  `${DATA}/headers/m.py`,
  'DEMO-1.0.DATA/purelib/m.py',
  'Demo-1.0.data/purelib/m.py',
  'other-2.0.data/scripts/m.py',
  'demo-1.0.0.data/data/m.py',
].map((path, index) => path.replace(/m([:.])/, `m${index}x$1`));

const [python] = findPythons();
const [uv, pip] = [client('uv'), client('pip')];
const quiet = { stdio: 'pipe' } as const;

const INSTALLERS = [
  {
    name: 'pip',
    skip: pip.skip,
    install: (interpreter: string, wheel: string) =>
      execFileSync(
        pip.found!,
        [
          '-q',
          '--python',
          interpreter,
          'install',
          '--no-index',
          '--no-deps',
          '--no-compile',
          wheel,
        ],
        quiet,
      ),
  },
  {
    name: 'uv',
    skip: uv.skip,
    install: (interpreter: string, wheel: string) =>
      execFileSync(
        uv.found!,
        [
          'pip',
          'install',
          '-q',
          '--offline',
          '--no-cache',
          '--no-deps',
          '--python',
          interpreter,
          wheel,
        ],
        quiet,
      ),
  },
];

for (const installer of INSTALLERS)
  describe(`where ${installer.name} puts a member`, {
    skip: python === undefined ? 'there is no Python here' : installer.skip,
  }, () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wheelgate-landings-'));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    /** Every file below the prefix once a wheel is installed there. */
    async function install(wheel: Buffer): Promise<string[]> {
      const prefix = join(folder, 'venv');
      execFileSync(python!.path, ['-m', 'venv', '--without-pip', '--symlinks', prefix]);
      const path = join(folder, wheelName());
      await writeFile(path, wheel);
      installer.install(join(prefix, 'bin/python'), path);
      const found = await readdir(prefix, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => relative(prefix, join(entry.parentPath, entry.name)));
    }

    it('is one of the places that inspection judges, or below a folder that it refuses', async () => {
      const site = `lib/python${python!.version}/site-packages/`;
      const members = MEMBERS.map((path) => path.replace('PYTHON', `python${python!.version}`));
      const files = Object.fromEntries(members.map((path) => [path, 'x = 1\n']));
      const wheel = buildWheel({ files: { 'demo/__init__.py': '', ...files } });
      const installed = await install(wheel);
      members.forEach((member, index) => {
        const at = installed.find((path) => new RegExp(`\\bm${index}x[:.]`).test(path));
        assert.ok(at !== undefined, `${member} is installed`);
        if (at.startsWith('include/')) return;
        const judged = landings(member).map(
          ({ place, path }) => prefixOf(place, site) + path.join('/'),
        );
        const isLeft = at.startsWith(site) && /^[^/]*\.data\//i.test(at.slice(site.length));
        assert.ok(isLeft || judged.includes(at), `${member} is at ${at}, not ${judged}`);
      });
      assert.ok(codesOf(await inspectBytes(wheelName(), wheel)).includes('metadata-data-folder'));
    });
  });

function prefixOf(place: Place, site: string): string {
  return { site, scripts: 'bin/', prefix: '' }[place];
}
