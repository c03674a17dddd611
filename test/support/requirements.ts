import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PYPI_INDEX } from '../../src/config/defaults.js';

/**
 * A prerequisite that a machine may lack. If `WHEELGATE_TEST_REQUIRE` is `all`, the test then fails; otherwise it is
 * skipped, with a message that names the prerequisite and how to install it.
 */
export type Requirement<T> =
  | { readonly found: T; readonly skip: false }
  | { readonly found: undefined; readonly skip: string };

export function required<T>(found: T | undefined, what: string, how: string): Requirement<T> {
  if (found !== undefined) return { found, skip: false };
  const message = `${what} is missing: ${how}`;
  if (process.env.WHEELGATE_TEST_REQUIRE === 'all') throw new Error(message);
  return { found: undefined, skip: message };
}

/**
 * A Python package client, from `WHEELGATE_TEST_CLIENTS/NAME/bin` or the PATH. `pip2301` is pip 23.0.1, Debian 12's
 * version, and never taken from the PATH.
 */
export function client(
  name: 'pip' | 'pip2301' | 'uv' | 'poetry' | 'pdm' | 'pip-audit',
): Requirement<string> {
  const how = `python3 -m pip install ${name === 'pip2301' ? 'pip==23.0.1, in a virtual environment' : name}`;
  const path = name === 'pip2301' ? ownProgram(name, 'pip') : installedProgram(name);
  return required(path, name, how);
}

const CHECKERS = {
  zizmor: 'python3 -m pip install zizmor',
  actionlint: 'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  vale: 'go install github.com/vale-cli/vale/v3/cmd/vale@v3.21.0',
} as const;

/** A linter for workflows or prose, located like a client. */
export function checker(name: keyof typeof CHECKERS): Requirement<string> {
  return required(installedProgram(name), name, CHECKERS[name]);
}

function installedProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return (
    ownProgram(name, name) ??
    folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
  );
}

function ownProgram(folder: string, program: string): string | undefined {
  const own = process.env.WHEELGATE_TEST_CLIENTS;
  const file = own === undefined ? undefined : join(own, folder, 'bin', program);
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** The command `lock` of an installed pip. @param program its path */
export function pipLock(program: string): Requirement<string> {
  const knows = spawnSync(program, ['lock', '--help']).status === 0;
  const how = 'it comes with pip 25.1: python3 -m pip install --upgrade pip';
  return required(knows ? program : undefined, 'the command lock of pip', how);
}

/** Prometheus's tool, which checks and tests rules. */
export function promtool(): Requirement<string> {
  const found = spawnSync('promtool', ['--version']).error === undefined;
  return required(
    found ? 'promtool' : undefined,
    'promtool',
    "it comes with Prometheus, in Debian's package prometheus for instance",
  );
}

/** Whether PyPI, the source of real packages, is reachable. */
export async function pypi(): Promise<Requirement<string>> {
  const answers = await fetch(`${PYPI_INDEX}six/`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(15_000),
  }).then(
    (response) => response.ok,
    () => false,
  );
  return required(answers ? PYPI_INDEX : undefined, 'PyPI', 'the machine must reach it');
}

/** The registry of npm's packages. */
export function npmRegistry(): Requirement<string> {
  const shell = process.platform === 'win32';
  const asked = spawnSync('npm', ['view', 'wrappy', 'version'], {
    encoding: 'utf8',
    shell,
    timeout: 60_000,
  });
  const found = asked.status === 0 ? 'npm' : undefined;
  return required(found, "npm's registry", 'the machine must reach it');
}
