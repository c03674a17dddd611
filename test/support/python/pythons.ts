import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Python {
  /** `3.13` */
  readonly version: string;
  readonly path: string;
}

/** Every CPython 3 on this machine: `python3` and `python3.N` on the PATH, and pyenv's versions. */
export function findPythons(): Python[] {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const candidates = [
    'python3',
    ...Array.from({ length: 8 }, (_, index) => `python3.${index + 8}`),
    ...(existsSync(pyenv)
      ? readdirSync(pyenv).map((name) => join(pyenv, name, 'bin/python3'))
      : []),
  ];
  const found = new Map<string, Python>();
  for (const path of candidates) {
    const version = versionOf(path);
    if (version !== undefined && !found.has(version)) found.set(version, { version, path });
  }
  return [...found.values()];
}

function versionOf(path: string): string | undefined {
  const program = 'import sys; print("%d.%d" % sys.version_info[:2])';
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync(path, ['-c', program], { stdio: [...stdio], encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Runs a program that reads JSON and prints JSON. */
export function runPython(
  python: Python,
  program: string,
  input: unknown,
  env: Readonly<Record<string, string>> = {},
): unknown {
  const output = execFileSync(python.path, ['-c', program], {
    input: JSON.stringify(input),
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    encoding: 'utf8',
  });
  return JSON.parse(output);
}
