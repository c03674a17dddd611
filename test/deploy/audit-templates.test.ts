import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { checker } from '../support/requirements.js';

const options = createProgram(() => {})
  .commands.find((command) => command.name() === 'audit')!
  .options.map(({ long }) => long);

const action = parse(readFileSync('deploy/github-action/action.yml', 'utf8'));
const [head, body] = parseAllDocuments(
  readFileSync('deploy/gitlab/wheelgate-audit.yml', 'utf8'),
).map((document) => document.toJS());

for (const [name, script] of [
  ['the GitHub action', action.runs.steps.map(({ run }: any) => run).join('\n')],
  ['the GitLab template', body['wheelgate-audit'].script.join('\n')],
] as const)
  describe(name, () => {
    it('gives wheelgate audit no option that it does not have', () => {
      const used = [...script.matchAll(/[ +](--[a-z]+)/g)].map(([, option]) => option);
      assert.deepEqual(
        [...new Set(used)].filter((option) => !options.includes(option)),
        [],
      );
      for (const option of ['--base', '--format', '--policies', '--index'])
        assert.ok(used.includes(option), option);
    });

    it('ends as the audit ends', () => {
      assert.match(script, /\|\| code=\$\?/);
      assert.match(script, /exit "\$code"\s*$/);
    });

    it('puts nothing of its inputs into the script', () => {
      assert.doesNotMatch(script, /\$\{\{|\$\[\[/);
    });
  });

const zizmor = checker('zizmor');
it('the GitHub action has no mistake that others look for', { skip: zizmor.skip }, () => {
  const args = ['--offline', '--no-progress', 'deploy/github-action'];
  const { status, stdout, stderr } = spawnSync(zizmor.found!, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
});

it('the GitHub action runs no action of others, and the GitLab template has a place for each input', () => {
  assert.ok(action.runs.steps.every((step: object) => !('uses' in step)));
  const named = JSON.stringify(body);
  for (const input of Object.keys(head.spec.inputs))
    assert.ok(named.includes(`$[[ inputs.${input} ]]`), input);
});
