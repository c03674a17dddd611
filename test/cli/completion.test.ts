import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCompletion } from '../../src/cli/completion.js';
import { createOutput } from '../../src/cli/output.js';
import { createProgram } from '../../src/cli/program.js';

function scriptFor(shell: string): string {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  runCompletion(
    shell,
    createProgram(() => {}),
    createOutput({ write }, { write }, {}),
  );
  return text;
}

const SHELLS = ['bash', 'zsh', 'fish'].map((shell) => ({
  shell,
  found: spawnSync(shell, ['-c', 'exit 0']).status === 0,
}));

describe('completion', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-completion-'));
    await writeFile(join(folder, 'a wheel*.whl'), '');
    await mkdir(join(folder, 'policies'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What bash offers for the last of the words. */
  function offered(...words: string[]): string[] {
    const run = `${scriptFor('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wheelgate
for one in "\${COMPREPLY[@]}"; do printf '%s\\n' "$one"; done`;
    const { stdout, stderr } = spawnSync('bash', ['-c', run, 'bash', 'wheelgate', ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean);
  }

  it('in bash offers every command, and of each every option', () => {
    const program = createProgram(() => {});
    assert.deepEqual(
      offered(''),
      program.commands.map((command) => command.name()),
    );
    for (const command of program.commands) {
      const flags = command.options.map(({ long }) => long!);
      if (command.commands.length > 0)
        assert.deepEqual(
          offered(command.name(), ''),
          command.commands.map((below) => below.name()),
        );
      else assert.deepEqual(offered(command.name(), '--'), [...flags, '--help'], command.name());
    }
    assert.deepEqual(offered('feed', 'sync', '--u'), ['--url']);
    assert.deepEqual(offered('ins'), ['inspect']);
  });

  it('in bash offers choices, files and folders where they are expected, and nothing elsewhere', () => {
    assert.deepEqual(offered('token', 'ci', '--role', ''), ['client', 'admin']);
    assert.deepEqual(offered('token', 'ci', '--role', '=', 'a'), ['admin']);
    assert.deepEqual(offered('client', 'p'), ['pip', 'poetry', 'pdm']);
    assert.deepEqual(offered('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(offered('inspect', ''), ['a wheel*.whl', 'policies']);
    assert.deepEqual(offered('inspect', 'one.whl', 'a'), ['a wheel*.whl']);
    assert.deepEqual(offered('serve', '--policies', ''), ['policies']);
    assert.deepEqual(offered('explain', ''), []);
    assert.deepEqual(offered('explain', '--server', ''), []);
  });

  for (const { shell, found } of SHELLS)
    it(`is a script that ${shell} reads without a word`, { skip: !found && `no ${shell}` }, () => {
      // A description with a quote, a bracket or a colon in it must not end what it stands in.
      const check = spawnSync(shell, ['-n', '-'], { input: scriptFor(shell), encoding: 'utf8' });
      assert.deepEqual([check.status, check.stderr], [0, '']);
    });

  it('names every option of every command in each shell', () => {
    for (const { shell } of SHELLS) {
      const script = scriptFor(shell);
      for (const command of createProgram(() => {}).commands)
        for (const { long } of command.options)
          assert.ok(script.includes(shell === 'fish' ? `-l ${long!.slice(2)}` : long!), long);
    }
  });
});
