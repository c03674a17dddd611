import type { FindingCode } from '../../domain/finding-codes.js';
import type { ProjectName } from '../../domain/project-name.js';
import { INTERPRETER_SETTINGS, MODULE } from './interpreter-files.js';
import { isSiteFolder, type Landing } from './landing.js';
import { importPaths, moduleAt } from './module-names.js';
import { ownerOf } from './owned-modules.js';
import { oddityOfPlace } from './prefix-places.js';
import { powerOfReserved } from './reserved-modules.js';
import { isInterpreter, isStandardModule, powerOfScript } from './script-names.js';

/** The effect of a member by its place and name alone. */
export type Power =
  /** Its lines decide: scan the content. */
  | { readonly kind: 'pth' }
  | { readonly kind: 'start' }
  /** The name is enough. */
  | { readonly kind: 'finding'; readonly code: FindingCode; readonly why: string };

const CUSTOMIZE = /^(?:sitecustomize|usercustomize)$/;

/** The effect of one destination; undefined if it has none. `isOrdinary` must cover the same criteria. */
export function powerOf(landing: Landing, project: ProjectName | undefined): Power | undefined {
  const { place, path } = landing;
  if (place === 'site') return inSiteFolder(path, project);
  if (place === 'prefix') return inPrefix(path, project);
  const power = powerOfScript(path, project);
  return power === undefined ? undefined : finding(power.code, power.why);
}

function inPrefix(path: readonly string[], project: ProjectName | undefined): Power | undefined {
  const [name = '', next = ''] = path;
  // Next to or below the interpreter on Windows; `lib/python312.zip` is read instead of the standard library.
  const last = path.length === 1 ? name : path.length === 2 && /^lib\d*$/.test(name) ? next : '';
  if (INTERPRETER_SETTINGS.test(last) || (path.length === 1 && isInterpreter(name)))
    return finding('interpreter-shadow', 'replaces the interpreter or its start-up files');
  // pip reads it from the prefix of a virtual environment: it can name another index.
  if (path.length === 1 && (name === 'pip.conf' || name === 'pip.ini'))
    return finding('installer-config', 'configures pip for all later installations');
  if (isStandardLibrary(path)) return finding('stdlib-shadow', 'is in the standard library folder');
  const program = isBesideLibraries(path) ? powerOfScript(path.slice(2), project) : undefined;
  if (program !== undefined) return finding(program.code, program.why);
  const oddity = oddityOfPlace(path, project);
  return oddity === undefined ? undefined : finding('data-place-unknown', oddity);
}

/** conda has `Library/bin` on the path, before `Scripts`; next to programs, it contains only DLLs of any name. */
function isBesideLibraries([first, second, name = '', ...below]: readonly string[]): boolean {
  return first === 'library' && second === 'bin' && below.length === 0 && !name.endsWith('.dll');
}

/** `lib/python3.12/…` (also `lib64`, below `local`) except the site folder; modules of `Lib` and `DLLs` on Windows. */
function isStandardLibrary(path: readonly string[]): boolean {
  const [lib = '', next = ''] = path[0] === 'local' ? path.slice(1) : path;
  if (lib === 'dlls') return true;
  if (!/^lib\d*$/.test(lib)) return false;
  if (/^(?:python|pypy)\d/.test(next)) return !path.some(isSiteFolder);
  const stem = next.replace(/\..*$/s, '');
  return (
    stem === '__pycache__' || (isStandardModule(stem) && (path.length > 2 || MODULE.test(next)))
  );
}

function inSiteFolder(
  path: readonly string[],
  project: ProjectName | undefined,
): Power | undefined {
  for (const importPath of importPaths(path)) {
    const owner = ownerOf(moduleAt(importPath) ?? '');
    if (owner !== undefined && owner !== project)
      return finding('foreign-hook', `is a module of ${owner} that is imported at start-up`);
    if (isCustomize(importPath)) return finding('site-customize', howCustomizeRuns(importPath));
  }
  // In an installed environment, the owner of pip's modules may be unknown; only a wheel has a project.
  for (const importPath of project === undefined ? [] : importPaths(path)) {
    const reserved = powerOfReserved(importPath, project);
    if (reserved !== undefined) return finding(reserved.code, reserved.why);
  }
  const [name = ''] = path;
  if (path.length > 1) return undefined;
  // With `--target`, a wheel can be installed into the folder of an embedded interpreter.
  if (name.endsWith('._pth') || name === 'pyvenv.cfg')
    return finding('interpreter-shadow', 'is read by an interpreter in its folder');
  if (name === '_virtualenv.pth' && project !== 'virtualenv')
    return finding('foreign-hook', 'is the start-up hook of virtualenv');
  if (name.endsWith('.pth')) return { kind: 'pth' };
  return name.endsWith('.start') ? { kind: 'start' } : undefined;
}

/** Whether a path below a folder of the import path is `sitecustomize` or `usercustomize` in any form. */
export function isCustomize(path: readonly string[]): boolean {
  return CUSTOMIZE.test(moduleAt(path) ?? '');
}

/** The description of such a path: in a package, only `__init__` is certainly imported, and a license never. */
export function howCustomizeRuns([top, inPackage]: readonly string[]): string {
  return inPackage === undefined || top === '__pycache__' || inPackage.startsWith('__init__.')
    ? 'is imported at every Python start'
    : 'is in a package that every Python start imports';
}

function finding(code: FindingCode, why: string): Power {
  return { kind: 'finding', code, why };
}
