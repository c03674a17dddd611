import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const WINDOWS = process.platform === 'win32';

/** Without the variables that npm sets for its scripts: its settings and its location. */
export const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|WHEELGATE_|NODE_OPTIONS)/i.test(name)),
);

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function run(program: string, args: readonly string[], cwd: string): Run {
  // On Windows npm and the commands that it installs are scripts, which require a shell.
  const options = { cwd, env: ENVIRONMENT, encoding: 'utf8', shell: WINDOWS } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (error !== undefined) throw error;
  return { code: status, out: stdout, err: stderr };
}

/** @returns the output. Fails the test if the exit code is not 0. */
export function mustRun(program: string, args: readonly string[], cwd: string): string {
  const { code, out, err } = run(program, args, cwd);
  assert.equal(code, 0, `${program} ${args.join(' ')}: ${out}${err}`);
  return out;
}

/** The command in an npm prefix. */
export function commandIn(prefix: string): string {
  return WINDOWS ? join(prefix, 'wheelgate.cmd') : join(prefix, 'bin', 'wheelgate');
}

export const VERSION: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
export const TARBALL = `wheelgate-${VERSION}.tgz`;
/** npm only downloads missing packages, and only prints errors. */
export const QUIETLY = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];
