// pip and uv, and a static index of real wheels that they install from.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { listed, publishPage, sha256 } from './index-folder.mjs';
import { output } from './measure.mjs';
import { has } from './processes.mjs';

const REQUIREMENTS = resolve('bench/requirements.txt');

/** The user's own settings must not affect the clients, except for the network settings. */
function environment(kept = /^$/) {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PIP|UV)_/.test(name) || kept.test(name)),
  );
}

/** A client of the tests, or one on the PATH; undefined if there is none. */
export function findUv() {
  const own = join(process.env.WHEELGATE_TEST_CLIENTS ?? '', 'uv/bin/uv');
  if (existsSync(own)) return own;
  return has('uv') ? 'uv' : undefined;
}

/** pip of the tests' clients, or in a new virtual environment; undefined if that fails. */
export async function findPip() {
  const own = join(process.env.WHEELGATE_TEST_CLIENTS ?? '', 'pip/bin/pip');
  if (existsSync(own)) return own;
  const made = resolve('build/bench-pip');
  const pip = join(made, 'bin/pip');
  if (existsSync(pip)) return pip;
  return output('python3', ['-m', 'venv', made]).then(
    () => pip,
    () => undefined,
  );
}

/**
 * The wheels of the tree that the clients install, in build/bench-wheels; pip downloads them once.
 * @throws if the index is unreachable
 */
export async function wheelsOfTree(pip) {
  const python = /\(python .*\)/.exec(await output(pip, ['--version']))[0];
  const stamp = sha256(`${readFileSync(REQUIREMENTS, 'utf8')} ${python} ${process.arch}`);
  const folder = resolve('build/bench-wheels', stamp.slice(0, 12));
  if (!existsSync(folder)) {
    const partial = `${folder}.part`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const args = ['download', '--quiet', '--only-binary', ':all:', '--dest', partial];
    await output(pip, [...args, '--requirement', REQUIREMENTS], {
      env: environment(/^PIP_(?!FIND_LINKS)/),
      timeout: 180_000,
    });
    renameSync(partial, folder);
  }
  return readdirSync(folder).map((name) => join(folder, name));
}

/**
 * Installs the tree into an empty folder, without a client cache.
 * @param index the URL of its project pages, with a trailing slash
 * @returns seconds
 */
export async function install(client, program, index, scratch) {
  const args = {
    // Compiling takes longer than the rest, and is independent of the index.
    pip: ['--isolated', 'install', '--quiet', '--no-cache-dir', '--no-compile', '--no-input'],
    uv: ['pip', 'install', '--quiet', '--no-cache', '--no-config', '--python', 'python3'],
  };
  const url = client === 'pip' ? '--index-url' : '--default-index';
  const started = performance.now();
  await output(
    program,
    [
      ...args[client],
      ...['--target', join(scratch, 'target'), url, index],
      ...['--requirement', REQUIREMENTS],
    ],
    { env: { ...environment(), NO_PROXY: '127.0.0.1', TMPDIR: scratch }, timeout: 180_000 },
  );
  return (performance.now() - started) / 1_000;
}

const SIDECARS = `
import sys, zipfile
for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as archive:
        name = [name for name in archive.namelist() if name.endswith('.dist-info/METADATA')][0]
        open(path + '.metadata', 'wb').write(archive.read(name))
`;

/** Publishes real wheels below `root` with their metadata files, as on PyPI. @returns their number */
export async function publishTree(root, wheels, more = {}) {
  const projects = new Set();
  const published = wheels.map((wheel) => {
    const filename = wheel.split('/').at(-1);
    const name = projectOf(filename);
    if (projects.has(name)) throw new Error(`two wheels of ${name}`);
    projects.add(name);
    const folder = join(root, 'files', name);
    mkdirSync(folder, { recursive: true });
    copyFileSync(wheel, join(folder, filename));
    return { name, filename, path: join(folder, filename) };
  });
  await output('python3', ['-c', SIDECARS, ...published.map(({ path }) => path)]);
  for (const { name, filename, path } of published) {
    const bytes = readFileSync(path);
    const metadata = sha256(readFileSync(`${path}.metadata`));
    publishPage(root, name, [
      {
        ...listed(name, filename, bytes.length, sha256(bytes)),
        'core-metadata': { sha256: metadata },
        ...more,
      },
    ]);
  }
  // Some proxies request the list of all projects before a single one.
  const list = {
    meta: { 'api-version': '1.1' },
    projects: [...projects].map((name) => ({ name })),
  };
  writeFileSync(join(root, 'simple', 'index.json'), JSON.stringify(list));
  return projects.size;
}

/** The normalised project name of a wheel. @param wheel path or filename */
export function projectOf(wheel) {
  const [name] = wheel.split('/').at(-1).split('-');
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}
