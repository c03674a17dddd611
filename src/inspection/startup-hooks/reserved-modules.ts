import type { FindingCode } from '../../domain/finding-codes.js';
import type { ProjectName } from '../../domain/project-name.js';
import { moduleAt } from './module-names.js';
import { nativeModulesAt } from './native-modules.js';

/** Modules of installers and build tools, whose next run would execute them; pip's are also imported by hooks. */
const INSTALLERS: ReadonlyMap<string, string> = new Map([
  ['setuptools', 'setuptools'],
  ['pkg_resources', 'setuptools'],
]);

/** Optional imports of installers and build backends, for distributors of Python, not for a project. */
const DISTRIBUTORS: ReadonlySet<string> = new Set(['_manylinux', '_distutils_system_mod']);

/**
 * Optional imports of the standard library on systems without them (`subprocess`, `shutil`, `ntpath`, `mimetypes`,
 * `tarfile`): a wheel's module of that name is then executed with most known-good hooks, and with every run of pip. Not
 * `readline` and `_curses`, which pyreadline3 and windows-curses provide.
 */
const OTHER_SYSTEMS: ReadonlySet<string> = new Set(
  '_winapi _wmi msvcrt nt winreg _posixsubprocess _scproxy fcntl grp posix pwd termios'.split(' '),
);

/** Jython's, which `copy` and `pickle` ask for until Python 3.11: `org.python.core`. */
const JYTHON = /^org(?:\.|\/__init__\.|\/__pycache__\/__init__\.|\/python(?:\.|$|\/))/;

/**
 * Well-known namespaces of known-good projects with setuptools' namespace files: these load an extension with the
 * namespace's own name at every start, from any project. No known-good wheel has an extension as a namespace.
 */
const NAMESPACES: ReadonlySet<string> = new Set(
  (
    'archetypes azure azure/mgmt backports collective five flaskext flufl google google/api google/appengine google/cloud google/iam ' +
    'google/logging google/longrunning google/rpc google/type grok grokcore hurry jaraco lazr logilab mpl_toolkits ' +
    'mr ndg odoo odoo/addons oslo paste peak plone plone/app plone/recipe products repoze repoze/what ruamel ruamel/std sphinxcontrib ' +
    'xstatic xstatic/pkg z3c z3c/recipe zc zc/recipe zope zope/app'
  ).split(' '),
);

/** The first names of modules for which `powerOfReserved` may have an answer. */
export const RESERVED_MODULES: readonly string[] = [
  'org',
  ...INSTALLERS.keys(),
  ...DISTRIBUTORS,
  ...OTHER_SYSTEMS,
];

const NAMESPACE_TOPS = [...NAMESPACES].filter((name) => !name.includes('/'));

/** Names at the top of a site directory; bytecode there is never ordinary. */
const TELLING = new RegExp(
  `^(?:(?:${RESERVED_MODULES.join('|')})[./ ]` +
    `|(?:${NAMESPACE_TOPS.join('|')})(?=[./ ]).*\\.(?:so|pyd|dll|dylib|sl)$)`,
  'i',
);

/**
 * Coarser than `powerOfReserved`, and never more permissive: one check of an ASCII path that is also its destination.
 */
export function mayBeReserved(memberPath: string): boolean {
  return TELLING.test(memberPath);
}

/**
 * The problem with a wheel's file that is a module which other software expects from another project, or from none.
 * @param path below a site directory, folded
 */
export function powerOfReserved(
  path: readonly string[],
  project: ProjectName | undefined,
): { readonly code: FindingCode; readonly why: string } | undefined {
  const module = moduleAt(path) ?? '';
  const owner = INSTALLERS.get(module);
  if (owner !== undefined && owner !== project)
    return { code: 'installer-shadow', why: `is in the module namespace of ${owner}` };
  if (DISTRIBUTORS.has(module))
    return { code: 'installer-shadow', why: 'is imported by every installer run' };
  if (OTHER_SYSTEMS.has(module) || (module === 'org' && JYTHON.test(path.join('/'))))
    return {
      code: 'foreign-hook',
      why: 'is a standard library module that the library imports on systems that lack it',
    };
  return isNamespaceExtension(path)
    ? { code: 'foreign-hook', why: 'is loaded by the start-up hooks of a namespace package' }
    : undefined;
}

function isNamespaceExtension(path: readonly string[]): boolean {
  return nativeModulesAt(path).some((module) => NAMESPACES.has(module.join('/')));
}
