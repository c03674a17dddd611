import type { FindingCode } from '../../domain/finding-codes.js';
import type { ProjectName } from '../../domain/project-name.js';
import { STANDARD_LIBRARY } from '../standard-library.js';
import { INTERPRETER_SETTINGS, MODULE } from './interpreter-files.js';

/**
 * `python3.13t`, `python_d.exe`, `pypy3`, `python3.12-config`, `python.exe.local`; with any suffix, because the user's
 * settings decide which ones a system executes (PATHEXT on Windows).
 */
const INTERPRETER =
  /^(?:pythonw?|pypyw?|graalpy|idle|pydoc|2to3|pyvenv)[\d.]*[dmtu]*(?:_d)?(?:-[\d.]+)?(?:-(?:config|dbg|debug|gdb|intel64))?(?:\..*)?$/;

/** The scripts of a virtual environment, by `venv` and by virtualenv, for any shell. */
const ENVIRONMENT = /^(?:activate|activate_this|deactivate)(?:\.[a-z\d]+)?$/;

/** The installers, whose next run would be another program. */
const INSTALLERS: readonly { readonly name: RegExp; readonly owners: readonly string[] }[] = [
  { name: /^pip[\d.-]*$/, owners: ['pip'] },
  { name: /^easy_install[\d.-]*$/, owners: ['setuptools', 'distribute'] },
  { name: /^uv[wx]?$/, owners: ['uv'] },
  ...['poetry', 'pdm', 'pipx', 'pipenv', 'hatch', 'conda', 'virtualenv'].map((name) => ({
    name: new RegExp(`^${name}$`),
    owners: [name],
  })),
];
/** Programs that a shell runs without their suffix; for Windows' own shells, those of PATHEXT. */
const PROGRAM = /(?:\.(?:exe|com|bat|cmd|ps1|sh|vbs|vbe|js|jse|wsf|wsh|msc)|-script\.pyw?)$/;

/** Modules of installers, and modules that they or the standard library import from the folder of a script. */
const INSTALLER_MODULES: ReadonlySet<string> = new Set([
  'pip',
  'setuptools',
  'pkg_resources',
  'wheel',
  'sitecustomize',
  'usercustomize',
  '_manylinux',
  '_distutils_system_mod',
  // Jython's: `copy` and `pickle` ask for `org.python.core`.
  'org',
]);

/** The naming of a project's own DLLs; a program loads system DLLs from its own folder first. */
const OWN_DLL = /^lib(?!python|ffi|ssl|crypto)[^/]*\.dll$/;

/**
 * The effect of a file by its name next to the interpreter: in `.data/scripts`, `.data/data/bin`, or from an entry
 * point.
 */
export function powerOfScript(
  path: readonly string[],
  project: ProjectName | undefined,
): { readonly code: FindingCode; readonly why: string } | undefined {
  const [name = ''] = path;
  if (path.length > 1)
    return {
      code: 'data-place-unknown',
      why: 'installs into a subfolder of the scripts folder',
    };
  if (INTERPRETER.test(name) || INTERPRETER_SETTINGS.test(name))
    return { code: 'interpreter-shadow', why: 'replaces the interpreter or its start-up files' };
  if (ENVIRONMENT.test(name))
    return { code: 'environment-shadow', why: 'replaces a script of the virtual environment' };
  const program = name.replace(PROGRAM, '');
  const installer = INSTALLERS.find((entry) => entry.name.test(program));
  if (installer !== undefined && !installer.owners.includes(project ?? ''))
    return {
      code: 'installer-shadow',
      why: `replaces a program of ${installer.owners[0]}`,
    };
  if (MODULE.test(name) && isTakenModule(name.replace(/\..*$/s, '')))
    return {
      code: 'script-shadows-module',
      why: 'shadows the module of that name for every script in its folder',
    };
  if (/\.dll$|\.(?:exe|dll)\.(?:config|local|manifest)$/.test(name) && !OWN_DLL.test(name))
    return { code: 'interpreter-shadow', why: 'is loaded by the programs in its folder' };
  return undefined;
}

/** Whether a name, folded to one case, is the interpreter's own program. */
export function isInterpreter(name: string): boolean {
  return INTERPRETER.test(name);
}

const FOLDED_LIBRARY = new Set([...STANDARD_LIBRARY].map((name) => name.toLowerCase()));

/** Whether a name, folded to one case, is a top-level module of the standard library. */
export function isStandardModule(stem: string): boolean {
  return FOLDED_LIBRARY.has(stem);
}

/** The folder of a script is the first on its import path, before the standard library. */
function isTakenModule(stem: string): boolean {
  return isStandardModule(stem) || INSTALLER_MODULES.has(stem);
}
