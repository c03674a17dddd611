import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuditPolicy } from '../../../src/audit/audit-policy.js';
import { auditEnvironment } from '../../../src/audit/environment/audit-environment.js';
import { locateEnvironment } from '../../../src/audit/environment/locate.js';
import { NOW, policyOf } from '../../policy/support.js';
import { buildWheel } from '../../support/distributions.js';
import { client } from '../../support/requirements.js';
import { runClient } from '../../support/run-client.js';

const clients = { pip: client('pip'), uv: client('uv') };

const WHEELS = [
  buildWheel({
    name: 'tool',
    files: { 'tool/__init__.py': 'def main():\n    print("tool")\n', 'tool/data.txt': 'x' },
    distInfo: { 'entry_points.txt': '[console_scripts]\ntool = tool:main\n' },
  }),
  buildWheel({ name: 'Some_Lib', version: '2.0', files: { 'some_lib.py': 'x = 1\n' } }),
  buildWheel({ name: 'hooked', files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os\n' } }),
];

const INSTALLS = [
  { name: 'pip', as: [] },
  { name: 'uv', as: [] },
  ...['copy', 'hardlink', 'clone', 'symlink'].map((mode) => ({
    name: 'uv' as const,
    as: ['--link-mode', mode],
  })),
] as const;

for (const { name, as } of INSTALLS)
  describe(`an environment that ${[name, ...as].join(' ')} filled`, {
    skip: clients[name].skip,
  }, () => {
    let folder: string;
    let venv: string;

    const found = async (...policy: string[]) => {
      const environment = await locateEnvironment(venv);
      const audited = new AuditPolicy(policyOf(...policy), NOW);
      const { report } = await auditEnvironment(environment, audited);
      return report.findings
        .filter(({ level }) => level !== 'note')
        .map(
          ({ code, path = '' }) => `${code} ${path.replace(/^.*\/(?:site-packages|venv)\//, '')}`,
        );
    };

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wheelgate-venv-'));
      venv = join(folder, 'venv');
      await mkdir(join(folder, 'wheels'));
      const files = WHEELS.map(({ filename }) => join(folder, 'wheels', filename));
      for (const [index, { bytes }] of WHEELS.entries()) await writeFile(files[index]!, bytes);
      const python = join(venv, 'bin', 'python');
      const made = await runClient('python3', ['-m', 'venv', '--without-pip', venv], {
        cwd: folder,
      });
      assert.equal(made.code, 0, made.text);
      const [plain, hooked] = [files.slice(0, 2), files.slice(2)];
      for (const batch of [plain, hooked]) {
        // What links lead to must stay.
        const cached = as.length === 0 ? ['--no-cache'] : ['--cache-dir', join(folder, 'cache')];
        const args =
          name === 'pip'
            ? ['--python', python, 'install', '--no-index', '--no-deps', ...batch]
            : ['pip', 'install', ...cached, ...as, '--python', python, '--no-index', ...batch];
        const run = await runClient(clients[name].found!, args, { cwd: folder });
        assert.equal(run.code, 0, run.text);
      }
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it('is as its RECORDs say, but for the hook', async () => {
      assert.deepEqual(await found(), ['startup-hook hooked.pth']);
      assert.deepEqual(await found('rules: {startup-hook: {action: off}}'), []);
    });

    it('gives away what was done to it', async () => {
      const run = await runClient(
        join(venv, 'bin', 'python'),
        ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'],
        { cwd: folder },
      );
      const site = run.text.trim();
      await appendFile(join(site, 'tool', '__init__.py'), 'evil()\n');
      await appendFile(join(venv, 'bin', 'tool'), '# evil\n');
      await rm(join(site, 'tool', 'data.txt'));
      await writeFile(join(site, 'some_lib_helper.py'), 'evil()\n');
      const deny = 'deny: [{project: some-lib, versions: "==2", reason: bad}]';
      assert.deepEqual(await found(deny), [
        'startup-hook hooked.pth',
        'file-altered bin/tool',
        'file-altered tool/__init__.py',
        'file-missing tool/data.txt',
        'file-unlisted some_lib_helper.py',
        'release-refused Some_Lib-2.0.dist-info',
      ]);
    });
  });
