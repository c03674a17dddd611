import type { FindingCode } from '../../domain/finding-codes.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Landing } from './landing.js';

/** What a member is by its place and name alone. */
export type Power =
  /** Its lines decide: scan the content. */
  | { readonly kind: 'pth' }
  | { readonly kind: 'start' }
  /** The name is enough. */
  | { readonly kind: 'finding'; readonly code: FindingCode; readonly why: string };

/** Files that some project's start-up hook runs: shipping them means running at start-up without a hook of one's own. */
const OWNED: readonly { readonly path: RegExp; readonly owner: string }[] = [
  { path: /^_distutils_hack(?:$|\/|\.)/, owner: 'setuptools' },
  { path: /^_virtualenv\.(?:py|pyc|pth)$/, owner: 'virtualenv' },
  { path: /^__pycache__\/_virtualenv\./, owner: 'virtualenv' },
  { path: /^(?:win32\/lib\/)?pywin32_bootstrap\./, owner: 'pywin32' },
];

const MODULE = /\.(?:py|pyc|pyo|pyw|so|pyd|dll|dylib|sl)$/;
const CUSTOMIZE = /^(?:sitecustomize|usercustomize)$/;
const INTERPRETER =
  /^(?:python|pythonw|pypy|graalpy)[\d.]*[a-z]?(?:\.(?:exe|com|bat|cmd|ps1|py|pyw|app))?$/;
const RUNTIME = /^(?:python\d+\.(?:dll|zip)|python\d*\._pth|pyvenv\.cfg|pybuilddir\.txt)$/;

/** The power of one landing, undefined where it has none. What it goes by, `isOrdinary` must know too. */
export function powerOf(landing: Landing, project: ProjectName | undefined): Power | undefined {
  const { place, path } = landing;
  if (place === 'site') return inSiteFolder(path, project);
  if (place === 'stdlib')
    return finding('stdlib-shadow', 'lies in the folder of the standard library');
  const [name = ''] = path;
  if (path.length === 1 && (INTERPRETER.test(name) || RUNTIME.test(name)))
    return finding('interpreter-shadow', 'replaces the interpreter or what it reads first');
  // pip reads it from the prefix of a virtual environment: it can name another index.
  if (place === 'prefix' && path.length === 1 && (name === 'pip.conf' || name === 'pip.ini'))
    return finding('installer-config', 'configures pip for all later installs');
  if (place === 'prefix' && path.length === 2 && /^lib\d*$/.test(name) && isZippedLibrary(path[1]!))
    return finding('interpreter-shadow', 'is read in place of the standard library');
  return undefined;
}

function inSiteFolder(
  path: readonly string[],
  project: ProjectName | undefined,
): Power | undefined {
  const [name = ''] = path;
  const joined = path.join('/');
  const owned = OWNED.find((entry) => entry.path.test(joined));
  if (owned !== undefined && owned.owner !== project)
    return finding('foreign-hook', `belongs to ${owned.owner}`);
  if (isCustomize(path)) return finding('site-customize', 'is imported at every Python start');
  if (path.length > 1) return undefined;
  if (name.endsWith('.pth')) return { kind: 'pth' };
  return name.endsWith('.start') ? { kind: 'start' } : undefined;
}

/** Whether a path below a folder of the import path is `sitecustomize` or `usercustomize` in any form. */
export function isCustomize(path: readonly string[]): boolean {
  const [first = '', second = ''] = path;
  const stem = first.replace(/\..*$/s, '');
  if (path.length === 1) return CUSTOMIZE.test(stem) && MODULE.test(first);
  if (path.length === 2 && first === '__pycache__')
    return CUSTOMIZE.test(second.replace(/\..*$/s, ''));
  return CUSTOMIZE.test(first);
}

function isZippedLibrary(name: string): boolean {
  return /^python\d+\.zip$/.test(name);
}

function finding(code: FindingCode, why: string): Power {
  return { kind: 'finding', code, why };
}
