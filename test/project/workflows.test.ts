import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { checker } from '../support/requirements.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const WORKFLOWS = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});
const JOBS = WORKFLOWS.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${name}: ${id}`, job })),
);
const STEPS = JOBS.flatMap(({ where, job }) => (job.steps ?? []).map((step) => ({ where, step })));

describe('the workflows', () => {
  it('have no permission by default, and name those of each job', () => {
    for (const { name, workflow } of WORKFLOWS) assert.deepEqual(workflow.permissions, {}, name);
    for (const { where, job } of JOBS) {
      assert.ok(job.permissions !== undefined, where);
      assert.ok(!Object.hasOwn(job.permissions, 'secrets'), where);
    }
  });

  it('end, each job within a time of its own', () => {
    const endless = JOBS.filter(({ job }) => job['timeout-minutes'] === undefined);
    assert.deepEqual(endless, []);
  });

  it('take every action by the commit of a release, and the same one everywhere', () => {
    const commits = new Map<string, Set<string>>();
    const wrong: string[] = [];
    for (const { name, text } of WORKFLOWS)
      for (const [, uses = ''] of text.matchAll(/^\s*(?:- )?uses: *(.+)$/gm)) {
        const [, action, commit] =
          /^([\w.-]+\/[\w.-]+)(?:\/[\w./-]+)?@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(uses) ?? [];
        if (action === undefined) wrong.push(`${name}: ${uses}`);
        else commits.set(action, (commits.get(action) ?? new Set()).add(commit!));
      }
    assert.deepEqual(wrong, []);
    assert.ok(commits.size > 0);
    for (const [action, known] of commits) assert.equal(known.size, 1, action);
  });

  it('put nothing into a shell but by its environment', () => {
    const wrong = STEPS.filter(({ step }) => step.run?.includes('${{'));
    assert.deepEqual(wrong, []);
  });

  it('leave no credentials where they check out, and take nothing from a cache', () => {
    for (const { where, step } of STEPS) {
      if (step.uses?.startsWith('actions/checkout@'))
        assert.equal(step.with?.['persist-credentials'], false, where);
      if (step.uses?.startsWith('actions/setup-node@'))
        assert.equal(step.with?.['package-manager-cache'], false, where);
    }
  });

  it('are started by nothing that gives a stranger their rights', () => {
    const KNOWN = ['push', 'pull_request', 'schedule'];
    const events = WORKFLOWS.flatMap(({ workflow }) => Object.keys(workflow.on));
    assert.deepEqual(
      events.filter((event) => !KNOWN.includes(event)),
      [],
    );
  });

  it('try the oldest Node that package.json allows, and each even one since', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
    const oldest = /^>=(\d+\.\d+)\.0$/.exec(engines.node)?.[1];
    const ci = WORKFLOWS.find(({ name }) => name === 'ci.yml')!.workflow.jobs;
    const exact = ci.everything!.steps!.map((step) => step.with?.['node-version']).filter(Boolean);
    assert.deepEqual(exact, [oldest]);
    for (const id of ['tests', 'package'])
      assert.deepEqual(ci[id]!.strategy!.matrix.node, ['20', '22', '24', '26'], id);
  });
});

describe('what looks for mistakes in workflows', () => {
  const zizmor = checker('zizmor');
  const actionlint = checker('actionlint');
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheelgate-workflows-'));
    cpSync('.github', join(folder, 'good', '.github'), { recursive: true });
    mkdirSync(join(folder, 'bad', FOLDER), { recursive: true });
    writeFileSync(
      join(folder, 'bad', FOLDER, 'bad.yml'),
      [
        'on: pull_request_target',
        'jobs:',
        '  greet:',
        '    runs-on: ubuntu-nowhere',
        '    steps:',
        `      - run: echo "${'$'}{{ github.event.pull_request.title }}"`,
      ].join('\n'),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Nothing is asked of a network. */
  function run(program: string, args: readonly string[], which: 'good' | 'bad') {
    const cwd = join(folder, which);
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  }

  const ZIZMOR = ['--offline', '--no-progress', '--persona', 'pedantic', '.github'];

  it('finds nothing in ours: zizmor', { skip: zizmor.skip }, () => {
    const { status, said } = run(zizmor.found!, ZIZMOR, 'good');
    assert.equal(status, 0, said);
  });

  it('finds text of a stranger in a shell: zizmor', { skip: zizmor.skip }, () => {
    const { status, said } = run(zizmor.found!, ZIZMOR, 'bad');
    assert.notEqual(status, 0);
    assert.match(said, /template-injection/);
  });

  const files = (which: 'good' | 'bad') =>
    readdirSync(join(folder, which, FOLDER)).map((name) => join(FOLDER, name));

  it('finds nothing in ours: actionlint', { skip: actionlint.skip }, () => {
    const { status, said } = run(actionlint.found!, files('good'), 'good');
    assert.equal(status, 0, said);
  });

  it('finds a machine that does not exist: actionlint', { skip: actionlint.skip }, () => {
    const { status, said } = run(actionlint.found!, files('bad'), 'bad');
    assert.notEqual(status, 0);
    assert.match(said, /ubuntu-nowhere/);
  });
});
