import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { client, pipLock, type Requirement } from './requirements.js';
import { type ClientRun, runClient } from './run-client.js';

/** The result of one run of a client in a separate folder. */
export interface Trial extends ClientRun {
  /** `code` is 0. */
  readonly ok: boolean;
  /** The output without line breaks and frames, to search for a reason. */
  readonly said: string;
  /** `NAME VERSION` of the installed or locked releases, in any order. */
  readonly got: readonly string[];
}

/** A client that installs and locks, with a developer's usual commands. */
export interface PackageClient {
  readonly name: 'pip' | 'pip2301' | 'uv' | 'poetry' | 'pdm';
  readonly skip: Requirement<string>['skip'];
  /** Installs into a fresh environment. @param index a simple index's URL */
  install(folder: string, index: string, requirement: string): Promise<Trial>;
  /** Resolves without installing, for all platforms if the client can; undefined if it does not support that. */
  lock: ((folder: string, index: string, requirement: string) => Promise<Trial>) | undefined;
  /** Set if this version of the client cannot lock, though others can. */
  readonly skipLock?: Requirement<string>['skip'];
}

type Run = (args: readonly string[], cwd: string) => Promise<ClientRun>;

/** The Python versions of the projects, including the clients' own. */
const PYTHONS = '>=3.9,<4';

function runner(name: PackageClient['name'], env: Record<string, string> = {}) {
  const found = client(name);
  const run: Run = (args, cwd) => runClient(found.found!, args, { cwd, env });
  return { name, found: found.found, skip: found.skip, run };
}

function pip(name: 'pip' | 'pip2301'): PackageClient {
  const { found, skip, run } = runner(name);
  const common = (index: string) => ['--no-cache-dir', '--index-url', index];
  return {
    name,
    skip,
    async install(folder, index, requirement) {
      const cwd = await mkdtemp(join(folder, 'trial-'));
      const target = join(cwd, 'target');
      const args = ['install', '--target', target, ...common(index), requirement];
      return trial(await run(args, cwd), await installedIn(target));
    },
    lock:
      name === 'pip2301'
        ? undefined
        : async (folder, index, requirement) => {
            const cwd = await mkdtemp(join(folder, 'trial-'));
            const done = await run(['lock', ...common(index), requirement], cwd);
            return trial(done, await lockedIn(join(cwd, 'pylock.toml')));
          },
    ...(name === 'pip' && found !== undefined && { skipLock: pipLock(found).skip }),
  };
}

function uv(): PackageClient {
  const { name, skip, run } = runner('uv', { UV_PYTHON_DOWNLOADS: 'never' });
  const common = (index: string) => ['--no-cache', '--default-index', index];
  return {
    name,
    skip,
    async install(folder, index, requirement) {
      const cwd = await mkdtemp(join(folder, 'trial-'));
      const target = join(cwd, 'target');
      const args = ['pip', 'install', '--target', target, ...common(index), requirement];
      return trial(await run(args, cwd), await installedIn(target));
    },
    async lock(folder, index, requirement) {
      const cwd = await project(folder, requirement, '');
      return trial(
        await run(['lock', ...common(index)], cwd),
        await lockedIn(join(cwd, 'uv.lock')),
      );
    },
  };
}

function poetry(): PackageClient {
  const { name, skip, run } = runner('poetry', {
    POETRY_VIRTUALENVS_IN_PROJECT: 'true',
    POETRY_VIRTUALENVS_OPTIONS_NO_PIP: 'true',
  });
  const source = (index: string) => `
[tool.poetry]
package-mode = false
[[tool.poetry.source]]
name = "gate"
url = "${index}"
priority = "primary"
`;
  return {
    name,
    skip,
    async install(folder, index, requirement) {
      const cwd = await project(folder, requirement, source(index));
      const done = await run(['install', '--no-interaction'], cwd);
      return trial(done, await installedIn(join(cwd, '.venv')));
    },
    async lock(folder, index, requirement) {
      const cwd = await project(folder, requirement, source(index));
      const done = await run(['lock', '--no-interaction'], cwd);
      return trial(done, await lockedIn(join(cwd, 'poetry.lock')));
    },
  };
}

function pdm(): PackageClient {
  const { name, skip, run } = runner('pdm', { PDM_IGNORE_SAVED_PYTHON: '1' });
  const source = (index: string) => `
[tool.pdm]
distribution = false
[[tool.pdm.source]]
name = "pypi"
url = "${index}"
verify_ssl = true
`;
  return {
    name,
    skip,
    async install(folder, index, requirement) {
      const cwd = await project(folder, requirement, source(index));
      const done = await run(['install', '--no-self'], cwd);
      return trial(done, await installedIn(join(cwd, '.venv')));
    },
    async lock(folder, index, requirement) {
      const cwd = await project(folder, requirement, source(index));
      const done = await run(['lock'], cwd);
      return trial(done, await lockedIn(join(cwd, 'pdm.lock')));
    },
  };
}

export const PACKAGE_CLIENTS: readonly PackageClient[] = [
  pip('pip'),
  pip('pip2301'),
  uv(),
  poetry(),
  pdm(),
];

async function project(folder: string, requirement: string, rest: string): Promise<string> {
  const cwd = await mkdtemp(join(folder, 'trial-'));
  await mkdir(join(cwd, 'config'), { recursive: true });
  await writeFile(
    join(cwd, 'pyproject.toml'),
    `[project]\nname = "trial"\nversion = "0.1"\nrequires-python = "${PYTHONS}"\ndependencies = ["${requirement}"]\n${rest}`,
  );
  return cwd;
}

function trial(done: ClientRun, got: readonly string[]): Trial {
  const said = done.text.replace(/[\s│├╰╭─▶┃|]+/g, ' ');
  return { ...done, ok: done.code === 0, said, got };
}

/** The releases with a `.dist-info` folder at any depth. */
async function installedIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.flatMap((name) => {
    const match = /([^/-]+)-([^/-]+)\.dist-info$/.exec(name);
    return match === null ? [] : [`${match[1]} ${match[2]}`];
  });
}

async function lockedIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return [...text.matchAll(/^name = "([^"]+)"\nversion = "([^"]+)"/gm)].map(
    ([, name, version]) => `${name} ${version}`,
  );
}
