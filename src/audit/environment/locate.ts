import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AuditError } from '../report.js';
import { type SitePath, sitePath } from './site-path.js';

/** Where an environment's packages lie. */
export interface Environment {
  readonly path: string;
  readonly format: 'venv' | 'site-packages';
  /** The folder that scripts and data are installed under; undefined where it cannot be told. */
  readonly prefix: SitePath | undefined;
  /** The site folders, links resolved, each once. */
  readonly sites: readonly SitePath[];
  /** `include-system-site-packages` of pyvenv.cfg: code from elsewhere is seen too. */
  readonly systemPackages: boolean;
}

/**
 * Finds the site folders of a virtual environment, or takes a folder for one.
 * @throws {AuditError} where it is neither
 */
export async function locateEnvironment(path: string): Promise<Environment> {
  const folder = await realpath(path).catch(() => {
    throw new AuditError(`there is no such file or folder: ${path}`);
  });
  const config = await readFile(join(folder, 'pyvenv.cfg'), 'utf8').catch(() => undefined);
  if (config !== undefined) return await virtualEnvironment(resolve(path), folder, config);
  if (!(await looksLikeSite(folder)))
    throw new AuditError(
      `${path} is neither a virtual environment (no pyvenv.cfg) nor a folder of installed packages`,
    );
  const prefix = prefixOf(folder);
  const above = prefix && (await readFile(join(prefix, 'pyvenv.cfg'), 'utf8').catch(() => ''));
  return {
    path: resolve(path),
    format: 'site-packages',
    prefix: prefix === undefined ? undefined : sitePath(prefix),
    sites: [sitePath(folder)],
    systemPackages: seesSystemPackages(above ?? ''),
  };
}

async function virtualEnvironment(
  path: string,
  folder: string,
  config: string,
): Promise<Environment> {
  const candidates = [join(folder, 'Lib', 'site-packages')];
  for (const lib of ['lib', 'lib64', join('local', 'lib')])
    for (const name of await readdir(join(folder, lib)).catch(() => [] as string[]))
      if (/^(?:python|pypy|graalpy)\d/i.test(name))
        for (const site of ['site-packages', 'dist-packages'])
          candidates.push(join(folder, lib, name, site));
  const sites = new Set<string>();
  for (const candidate of candidates) {
    const isFolder = await stat(candidate).then(
      (found) => found.isDirectory(),
      () => false,
    );
    // lib64 is a link to lib, and Lib is lib where case does not count.
    if (isFolder) sites.add(await realpath(candidate));
  }
  if (sites.size === 0) throw new AuditError(`${path} has a pyvenv.cfg and no site-packages`);
  return {
    path,
    format: 'venv',
    prefix: sitePath(folder),
    sites: [...sites].map(sitePath),
    systemPackages: seesSystemPackages(config),
  };
}

function seesSystemPackages(config: string): boolean {
  return /^\s*include-system-site-packages\s*=\s*true\s*$/im.test(config);
}

async function looksLikeSite(folder: string): Promise<boolean> {
  if (/^(?:site|dist)-packages$/i.test(basename(folder))) return true;
  const names = await readdir(folder).catch(() => {
    throw new AuditError(`${folder} is not a folder`);
  });
  return names.some((name) => /\.(?:dist-info|egg-info|egg-link|pth)$/i.test(name));
}

/** Of `…/lib/python3.13/site-packages` or `…\Lib\site-packages`. */
function prefixOf(folder: string): string | undefined {
  if (!/^(?:site|dist)-packages$/i.test(basename(folder))) return undefined;
  const above = dirname(folder);
  if (/^lib$/i.test(basename(above))) return dirname(above);
  return /^(?:python|pypy|graalpy)\d/i.test(basename(above)) ? dirname(dirname(above)) : undefined;
}
