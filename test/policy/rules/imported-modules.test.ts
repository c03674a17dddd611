import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { subjectOfFile } from '../../../src/cli/subject-of-file.js';
import { loadPolicy } from '../../../src/policy/load.js';
import type { Policy } from '../../../src/policy/policy.js';
import { buildWheel, recordRow, wheelName } from '../../support/archives/wheel.js';
import { describeBytes, inspectBytes } from '../../support/inspection/inspect.js';
import {
  brief,
  caseOf,
  digest,
  inspection,
  NOW,
  policyOf,
  problemsIn,
  subject,
} from '../support.js';

const { policy: shipped, meaning } = await loadPolicy([], { now: NOW });

async function judge(
  policy: Policy,
  project: string,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly brief: string; readonly reason: string | undefined }> {
  const filename = wheelName(project.replaceAll('-', '_'));
  const bytes = buildWheel({ name: project.replaceAll('-', '_'), files });
  const seen = await inspectBytes(filename, bytes);
  const verdict = policy.evaluate(caseOf(subjectOfFile(describeBytes(filename, bytes)), seen, NOW));
  return { brief: brief(verdict), reason: verdict.decisive?.reason };
}

const FORMS = (name: string) => [
  `${name}.py`,
  `${name}.pyc`,
  `${name}.cpython-312-x86_64-linux-gnu.so`,
  `${name}.cp312-win_amd64.pyd`,
  `${name}/__init__.py`,
  `${name}/deep/data.txt`,
  `__pycache__/${name}.cpython-312.pyc`,
  `win32/${name}.py`,
  `win32/lib/${name}/x.py`,
  `demo-1.0.data/purelib/${name}.py`,
  `demo-1.0.data/platlib/win32/lib/${name}.py`,
];

describe('what an honest start-up hook imports', () => {
  const hooks = meaning!.hooks.filter(({ imports }) => imports !== undefined);
  const modules = [...new Set(hooks.flatMap(({ imports = [] }) => imports))];

  it('is named for every shipped hook that imports something', () => {
    const none = meaning!.hooks.filter(({ imports }) => imports === undefined);
    assert.deepEqual(new Set(none.map(({ file }) => file)), new Set(['_virtualenv.py']));
  });

  for (const module of modules)
    it(`${module} is for its owners alone, in any form`, async () => {
      for (const path of FORMS(module)) {
        const { brief: verdict } = await judge(shipped!, 'demo', { 'demo/x.py': '', [path]: '' });
        assert.equal(verdict, 'block startup-hook', path);
      }
      for (const { project } of hooks.filter(({ imports = [] }) => imports.includes(module)))
        for (const path of [`${module}/__init__.py`, `${module}.py`])
          assert.equal((await judge(shipped!, project, { [path]: '' })).brief, 'allow', project);
      for (const path of [`demo/${module}.py`, `${module}.txt`, `${module}-stubs/__init__.pyi`])
        assert.equal((await judge(shipped!, 'demo', { [path]: '' })).brief, 'allow', path);
    });

  const policy = policyOf(
    `hooks: [{ project: owner, file: x.pth, sha256: ["${digest('c')}"], imports: [Boot_x, other] }, ` +
      `{ project: friend, file: y.pth, sha256: ["${digest('d')}"], imports: [other] }]`,
  );

  it('is what the policy says, with a reason that names the hook', async () => {
    assert.deepEqual(await judge(policy, 'demo', { 'boot_x.py': '' }), {
      brief: 'block startup-hook',
      reason:
        'it contains the module boot_x, which x.pth, a start-up hook of owner, imports (startup-hook)',
    });
    for (const [project, module, verdict] of [
      ['owner', 'boot_x', 'allow'],
      ['friend', 'boot_x', 'block startup-hook'],
      ['friend', 'other', 'allow'],
      ['owner', 'other', 'allow'],
      ['demo', 'coverage', 'allow'],
    ] as const)
      assert.equal((await judge(policy, project, { [`${module}.py`]: '' })).brief, verdict);
  });

  it('counts in a folder that a .pth of the same wheel adds', async () => {
    const files = { 'demo.pth': 'vendored\n', 'vendored/x.py': '' };
    assert.equal((await judge(policy, 'demo', files)).brief, 'allow');
    const more = { ...files, 'vendored/boot_x.py': '' };
    assert.equal((await judge(policy, 'demo', more)).brief, 'block startup-hook');
    const beside = { ...files, 'beside/boot_x.py': '' };
    assert.equal((await judge(policy, 'demo', beside)).brief, 'allow');
  });

  it('counts where a namespace file makes such a module', async () => {
    const file = (name: string) =>
      `import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('${name}',));importlib = __import__('importlib.util');__import__('importlib.machinery');m = sys.modules.setdefault('${name}', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('${name}', [os.path.dirname(p)])));m = m or sys.modules.setdefault('${name}', types.ModuleType('${name}'));mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n`;
    for (const [name, verdict] of [
      ['zope', 'allow'],
      ['boot_x', 'block startup-hook'],
    ] as const)
      assert.equal((await judge(policy, 'demo', { 'x-nspkg.pth': file(name) })).brief, verdict);
  });

  it('is doubt where a wheel brings more modules than are kept', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}.py`, '']));
    assert.equal((await judge(policy, 'demo', many(900))).brief, 'allow');
    const { brief: verdict, reason } = await judge(policy, 'demo', many(1100));
    assert.equal(verdict, 'block startup-hook');
    assert.match(reason!, /too many/);
  });

  it('does what the policy says of the finding, and hides nothing that refuses', async () => {
    const hooks = `hooks: [{ project: owner, file: x.pth, sha256: ["${digest('c')}"], imports: [boot_x] }]`;
    const under = async (action: string, codes: string, files: Record<string, string>) => {
      const rules = `rules: { startup-hook: { action: ${action}, codes: { ${codes} } } }`;
      return (await judge(policyOf(hooks, rules), 'demo', files)).brief;
    };
    const boot = { 'boot_x.py': '' };
    assert.equal(await under('warn', '', boot), 'warn startup-hook');
    assert.equal(await under('block', 'foreign-hook: warn', boot), 'warn startup-hook');
    assert.equal(await under('block', 'foreign-hook: off', boot), 'allow');
    const both = { ...boot, 'sitecustomize.py': '' };
    assert.equal(await under('block', 'site-customize: warn', both), 'block startup-hook');
    assert.equal(await under('block', 'foreign-hook: warn', both), 'block startup-hook');
  });

  it('needs no bytes of sdists, and waits for them before', () => {
    assert.equal(brief(policy.evaluate(caseOf(subject(), inspection(), NOW))), 'allow');
    assert.equal(brief(policy.evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });

  it('is checked for names', () => {
    const hook = (imports: string) =>
      problemsIn(
        `hooks: [{ project: x, file: x.pth, sha256: ["${digest('c')}"], imports: ${imports} }]`,
      );
    assert.deepEqual(hook('[future_fstrings, _x1]'), []);
    for (const wrong of ['[a.b]', '[a-b]', '[1a]', '[""]', '["a b"]', '["\u0430"]'])
      assert.match(hook(wrong)[0] ?? '', /module name without dots/, wrong);
    for (const wrong of ['[]', 'future_fstrings', '[7]'])
      assert.equal(hook(wrong).length, 1, wrong);
  });
});

describe('each file with power', () => {
  const BOOT = 'print("known")\n';
  const sha256 = /sha256=([\w-]+)/.exec(recordRow('x', BOOT))![1]!;
  const hex = Buffer.from(sha256, 'base64url').toString('hex');
  const policy = policyOf(
    `hooks: [{ project: demo, file: __init__.py, sha256: ["${hex}"] }, ` +
      `{ project: demo, file: demo.pth, sha256: ["${hex}"] }]`,
  );
  const known = { 'sitecustomize/__init__.py': BOOT };

  it('is told of: one that is known excuses no other', async () => {
    assert.equal((await judge(policy, 'demo', known)).brief, 'allow');
    for (const path of ['sitecustomize/new.py', 'sitecustomize/data.txt', 'usercustomize.py']) {
      const more = { ...known, [path]: 'other\n' };
      assert.equal((await judge(policy, 'demo', more)).brief, 'block startup-hook', path);
    }
  });

  it('is told of up to a bound, and more than these are not excused', async () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`sitecustomize/m${index}/__init__.py`, BOOT]),
      );
    assert.equal((await judge(policy, 'demo', many(250))).brief, 'allow');
    assert.equal((await judge(policy, 'demo', many(400))).brief, 'block startup-hook');
  });

  it('is told of in a folder that an honest .pth adds: its digest says nothing of the folder', async () => {
    const pth = 'win32\\lib\n./boot\n';
    const digestOf = /sha256=([\w-]+)/.exec(recordRow('x', pth))![1]!;
    const trusting = policyOf(
      `hooks: [{ project: demo, file: demo.pth, sha256: ["${Buffer.from(digestOf, 'base64url').toString('hex')}"] }]`,
    );
    const files = { 'demo.pth': pth, 'win32/lib/x.py': '', 'boot/x.py': '' };
    assert.equal((await judge(trusting, 'demo', files)).brief, 'allow');
    for (const path of [
      'win32/lib/sitecustomize.py',
      'boot/usercustomize/x.py',
      'boot/_virtualenv.py',
    ])
      assert.equal(
        (await judge(trusting, 'demo', { ...files, [path]: '' })).brief,
        'block startup-hook',
        path,
      );
    assert.equal((await judge(trusting, 'other', files)).brief, 'block startup-hook');
  });
});
