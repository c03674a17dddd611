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

/** zsh completes at a terminal only: one that drives another at a pseudo-terminal. */
const ROUND_ZSH = `
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'eval "$SETUP"'
zpty -r inner all $'*READY\\r\\n*'
zpty -w -n inner "$LINE"$'\\t'
zpty -r inner all $'*END\\r\\n*'
print -r -- "$all"`;

/** In the other one, whatever would be offered is said, a line each. What it keeps it writes by renaming: no device is its place. */
const IN_ZSH = `
PROMPT=
stty -echo
autoload -Uz compinit && compinit -u -d "$HOME/.zcompdump"
eval "$SCRIPT"
compadd() {
  local -a found
  builtin compadd -A found "$@"
  (( $#found )) && print -rl -- "<"$^found">"
  builtin compadd "$@"
}
begin() { print }
finish() { print -r -- END; exit }
compprefuncs=(begin)
comppostfuncs=(finish)
bindkey '^I' complete-word
print -r -- READY`;

describe('completion', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-completion-'));
    await writeFile(join(folder, 'a wheel*.whl'), '');
    await mkdir(join(folder, 'policies'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (program: string, args: readonly string[], env = {}) => {
    const { stdout, stderr, status } = spawnSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8', ...env },
    });
    assert.deepEqual([status, stderr], [0, '']);
    return stdout.split(/\r?\n/).filter(Boolean);
  };

  /** What a shell offers for the last of the words. */
  const OFFERED: Readonly<Record<string, (...words: string[]) => string[]>> = {
    bash(...words) {
      const script = `${scriptFor('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wheelgate
for one in "\${COMPREPLY[@]}"; do printf '%s\\n' "$one"; done`;
      const apart = words.flatMap((word) => word.split(/(=)/).filter(Boolean));
      // bash takes --option=value apart.
      return run('bash', [
        '-c',
        script,
        'bash',
        'wheelgate',
        ...(words.at(-1) === '' ? [...apart, ''] : apart),
      ]);
    },
    fish(...words) {
      const line = ['wheelgate', ...words].join(' ');
      const script = `${scriptFor('fish')}\ncomplete -C ${JSON.stringify(line)}`;
      const last = words.at(-1)!;
      return run('fish', ['--no-config', '-c', script]).map((one) =>
        one
          .replace(/\t.*/, '')
          .replace(/\/$/, '')
          .slice(/^--.*=/.exec(last)?.[0].length ?? 0),
      );
    },
    zsh(...words) {
      const line = ['wheelgate', ...words].join(' ');
      const env = { SETUP: IN_ZSH, LINE: line, SCRIPT: scriptFor('zsh') };
      const said = run('zsh', ['-f', '-c', ROUND_ZSH], env);
      const offered = said.flatMap((one) => /^<(.*)>$/.exec(one)?.[1] ?? []);
      return [...new Set(offered.map((one) => one.replace(/\\(.)/g, '$1')))];
    },
  };

  for (const { shell, found } of SHELLS) {
    const offered = (...words: string[]) => OFFERED[shell]!(...words).sort();
    // Where there is nothing else, zsh offers options.
    const words = (...before: string[]) => offered(...before).filter((one) => !one.startsWith('-'));
    const skip = !found && `no ${shell}`;

    it(`in ${shell} offers every command, and of each every option`, { skip }, () => {
      const program = createProgram(() => {});
      const names = program.commands.map((command) => command.name());
      assert.deepEqual(offered(''), names.sort());
      // Each takes a while to begin: two commands stand for all, whose script is made alike.
      for (const command of program.commands)
        if (shell === 'bash' || ['explain', 'token', 'feed'].includes(command.name())) {
          const flags = command.options.map(({ long }) => long!);
          const below = command.commands.map((one) => one.name());
          if (below.length > 0) assert.deepEqual(offered(command.name(), ''), below.sort());
          else assert.deepEqual(offered(command.name(), '--'), [...flags, '--help'].sort());
        }
      assert.deepEqual(offered('feed', 'sync', '--u'), ['--url']);
      assert.deepEqual(offered('ins'), ['inspect']);
    });

    it(`in ${shell} offers choices, files and folders where they are expected, and nothing elsewhere`, {
      skip,
    }, () => {
      assert.deepEqual(offered('token', 'ci', '--role', ''), ['admin', 'client']);
      assert.deepEqual(offered('token', 'ci', '--role=a'), ['admin']);
      assert.deepEqual(offered('client', 'p'), ['pdm', 'pip', 'pip-tools', 'pipenv', 'poetry']);
      assert.deepEqual(offered('completion', ''), ['bash', 'fish', 'zsh']);
      assert.deepEqual(offered('inspect', ''), ['a wheel*.whl', 'policies']);
      assert.deepEqual(offered('inspect', 'one.whl', 'a'), ['a wheel*.whl']);
      assert.deepEqual(offered('serve', '--policies', ''), ['policies']);
      assert.deepEqual(words('explain', ''), []);
      assert.deepEqual(words('explain', '--server', ''), []);
      // A project may be called as a command is.
      assert.deepEqual(words('explain', 'client', ''), []);
    });
  }

  for (const { shell, found } of SHELLS)
    it(`is a script that ${shell} reads without a word`, {
      skip: !found && `no ${shell}`,
    }, async () => {
      // A description with a quote, a bracket or a colon in it must not end what it stands in.
      const file = join(folder, `script.${shell}`);
      await writeFile(file, scriptFor(shell));
      const check = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      await rm(file);
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
