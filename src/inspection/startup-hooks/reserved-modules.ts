import type { FindingCode } from '../../domain/finding-codes.js';
import type { ProjectName } from '../../domain/project-name.js';
import { moduleAt } from './module-names.js';

/** Modules that installers and builds are, whose next run would be somebody else's; pip's are hooks' as well. */
const INSTALLERS: ReadonlyMap<string, string> = new Map([
  ['setuptools', 'setuptools'],
  ['pkg_resources', 'setuptools'],
]);

/** What installers and build backends import if it is there: for who distributes Python, not for a project. */
const DISTRIBUTORS: ReadonlySet<string> = new Set(['_manylinux', '_distutils_system_mod']);

/**
 * What the standard library tries to import on the systems that lack it (`subprocess`, `shutil`, `ntpath`,
 * `mimetypes`, `tarfile`): there a wheel's module of that name runs with most honest hooks, and with every run of pip.
 * Not `readline` and `_curses`, which pyreadline3 and windows-curses bring.
 */
const OTHER_SYSTEMS: ReadonlySet<string> = new Set(
  '_winapi _wmi msvcrt nt winreg _posixsubprocess _scproxy fcntl grp posix pwd termios'.split(' '),
);

/** Jython's, which `copy` and `pickle` ask for until Python 3.11: `org.python.core`. */
const JYTHON = /^org(?:\.|\/__init__\.|\/__pycache__\/__init__\.|\/python(?:\.|$|\/))/;

/**
 * Well-known namespaces of honest projects with setuptools' namespace files: these load an extension of the
 * namespace's own name at every start, whoever brings it. In no honest wheel is a namespace an extension.
 */
const NAMESPACES: ReadonlySet<string> = new Set(
  (
    'azure azure/mgmt backports collective flaskext flufl google google/api google/appengine google/cloud google/iam ' +
    'google/logging google/longrunning google/rpc google/type grok grokcore hurry jaraco lazr logilab mpl_toolkits ' +
    'ndg oslo paste peak plone plone/app plone/recipe products repoze repoze/what ruamel ruamel/std sphinxcontrib ' +
    'xstatic xstatic/pkg z3c z3c/recipe zc zc/recipe zope zope/app'
  ).split(' '),
);

const NATIVE = /\.(?:so|pyd|dll|dylib|sl)$/;

/** What stands at the top of a site directory; bytecode there is nowhere ordinary. */
const TELLING = new RegExp(
  `^(?:(?:${['org', ...INSTALLERS.keys(), ...DISTRIBUTORS, ...OTHER_SYSTEMS].join('|')})[./ ]` +
    `|(?:${[...NAMESPACES].filter((name) => !name.includes('/')).join('|')})(?=[./ ]).*${NATIVE.source})`,
  'i',
);

/** Coarser than `powerOfReserved`, and never kinder: one look at a path in ASCII that lands where it says. */
export function mayBeReserved(memberPath: string): boolean {
  return TELLING.test(memberPath);
}

/**
 * What is wrong with a wheel's file that is a module which others rely on as their own, or as nobody's.
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
  const name = path.at(-1) ?? '';
  if (!NATIVE.test(name)) return false;
  const stem = name.replace(/\..*$/s, '');
  const folder = path.slice(0, -1);
  return NAMESPACES.has((stem === '__init__' ? folder : [...folder, stem]).join('/'));
}
