import type { ProjectName } from '../../domain/project-name.js';
import { foldedPart } from '../member-path.js';
import type { Landing } from './landing.js';

/** What a member is at start-up, by its name and place alone. Content decides about the first two. */
export type HookKind = 'pth' | 'start' | 'site-customize' | 'foreign-hook' | 'interpreter-shadow';

/** Modules that another project's honest hook imports at start-up: who replaces one, runs in its name. */
const HOOK_MODULES: Readonly<Record<string, string>> = {
  _distutils_hack: 'setuptools',
  _virtualenv: 'virtualenv',
};

/** Endings under which Python imports a module: source, bytecode, extensions with any ABI tag. */
const MODULE = /^([^.]+)(\.(?:[a-z0-9_+-]+\.)*(?:py|pyc|pyo|pyw|so|pyd|dll|sl))$/;

/** `undefined` where the member does nothing by being there. */
export function classify(landing: Landing, project: ProjectName | undefined): HookKind | undefined {
  const [first = '', ...deeper] = landing.path.map(foldedPart);
  if (landing.kind === 'site') return classifyInSite(first, deeper.length === 0, project);
  if (landing.kind === 'scripts')
    return deeper.length === 0 && isInterpreter(first) ? 'interpreter-shadow' : undefined;
  const alone = deeper.length === 0;
  return alone && (first === 'pyvenv.cfg' || isInterpreter(first) || first.endsWith('._pth'))
    ? 'interpreter-shadow'
    : undefined;
}

function classifyInSite(
  first: string,
  alone: boolean,
  project: ProjectName | undefined,
): HookKind | undefined {
  if (alone && first.endsWith('.pth')) return 'pth';
  if (alone && first.endsWith('.start')) return 'start';
  const module = alone ? MODULE.exec(first)?.[1] : first;
  if (module === undefined) return undefined;
  if (module === 'sitecustomize' || module === 'usercustomize') return 'site-customize';
  const owner = HOOK_MODULES[module];
  return owner !== undefined && owner !== project ? 'foreign-hook' : undefined;
}

/** `python`, `python3.11`, `pythonw.exe`, `pypy3`, `python311._pth`, `python3.dll`. */
function isInterpreter(name: string): boolean {
  return /^(python|pypy)w?[0-9.]*(t|d)?(\.exe|\.bat|\.cmd|\._pth|\.dll|\.zip|-config)?$/.test(name);
}
