import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AuditError } from '../report.js';
import { type SitePath, sitePath } from './site-path.js';

/** The location of an environment's packages. */
export interface Environment {
  readonly path: string;
  readonly format: 'venv' | 'site-packages';
  /** The folder for scripts and data; undefined if it is unknown. */
  readonly prefix: SitePath | undefined;
  /** The site folders, links resolved, without duplicates. */
  readonly sites: readonly SitePath[];
  /** `include-system-site-packages` of pyvenv.cfg: Python also imports code from the system's folders. */
  readonly systemPackages: boolean;
}

/**
 * Finds the site folders of a virtual environment, or accepts a folder as one.
 * @throws {AuditError} if it is neither
 */
export async function locateEnvironment(path: string): Promise<Environment> {
  const folder = await ifThere(path, realpath(path));
  if (folder === undefined) throw new AuditError(`no such file or folder: ${path}`);
  const config = await configIn(folder);
  if (config !== undefined) return await virtualEnvironment(resolve(path), folder, config);
  if (!(await looksLikeSite(folder)))
    throw new AuditError(
      `${path} is neither a virtual environment (no pyvenv.cfg) nor a folder of installed packages`,
    );
  const prefix = prefixOf(folder);
  const above = prefix && (await configIn(prefix));
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
    for (const name of (await ifThere(join(folder, lib), readdir(join(folder, lib)))) ?? [])
      if (/^(?:python|pypy|graalpy)\d/i.test(name))
        for (const site of ['site-packages', 'dist-packages'])
          candidates.push(join(folder, lib, name, site));
  const sites = new Set<string>();
  for (const candidate of candidates) {
    const found = await ifThere(candidate, stat(candidate));
    // lib64 is a link to lib, and Lib is lib on a case-insensitive file system.
    if (found?.isDirectory()) sites.add(await realpath(candidate));
  }
  if (sites.size === 0) throw new AuditError(`${path} has a pyvenv.cfg but no site-packages`);
  return {
    path,
    format: 'venv',
    prefix: sitePath(folder),
    sites: [...sites].map((site) => sitePath(site)),
    systemPackages: seesSystemPackages(config),
  };
}

async function configIn(folder: string): Promise<string | undefined> {
  const file = join(folder, 'pyvenv.cfg');
  return await ifThere(file, readFile(file, 'utf8'));
}

/**
 * The result for a path; undefined if the path does not exist. An inaccessible site folder is not missing: an audit
 * without it would report the rest as complete.
 * @throws {AuditError} if its existence cannot be determined
 */
async function ifThere<T>(path: string, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code = 'failed' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AuditError(`${path} cannot be read (${code})`);
  }
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

/** The prefix of `…/lib/python3.13/site-packages` or `…\Lib\site-packages`. */
function prefixOf(folder: string): string | undefined {
  if (!/^(?:site|dist)-packages$/i.test(basename(folder))) return undefined;
  const above = dirname(folder);
  if (/^lib$/i.test(basename(above))) return dirname(above);
  return /^(?:python|pypy|graalpy)\d/i.test(basename(above)) ? dirname(dirname(above)) : undefined;
}
