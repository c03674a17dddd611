/** The owner of modules that no project on an index provides. */
const NO_PROJECT = 'no project';

/**
 * Modules that many environments import at the start without a known-good hook in the same artifact: a project that
 * provides one is executed at every start. The policy knows the imports of listed hooks.
 */
const OWNERS: ReadonlyMap<string, string> = new Map([
  // Debian's own `sitecustomize` imports it, in virtual environments too.
  ['apport_python_hook', NO_PROJECT],
  ['_distutils_hack', 'setuptools'],
  // virtualenv and uv write it, and the hook that imports it, into environments; no wheel brings it.
  ['_virtualenv', 'virtualenv'],
  ['pywin32_bootstrap', 'pywin32'],
  ['pywin32_system32', 'pywin32'],
  ['_pdbpp_path_hack', 'pdbpp'],
  // Imports from other projects in the hooks of pip-system-certs, python-certifi-win32 and autowrapt.
  ['pip', 'pip'],
  ['truststore', 'truststore'],
  ['wrapt', 'wrapt'],
  // coverage's hooks import coverage, which imports it on Python 3.10 and older if it is installed.
  ['tomli', 'tomli'],
]);

/** All modules with an owner, except those of editable installs. */
export const OWNED_MODULES: readonly string[] = [...OWNERS.keys()];

/**
 * Files that build backends write for editable installs: setuptools, hatchling and pdm, scikit-build-core,
 * meson-python.
 */
const EDITABLE = /^(?:__editable__.*|_editable_impl_.*|_\w+_editable(?:_loader)?)$/;

/** Whose a module is that runs at the start, folded; undefined for all others. */
export function ownerOf(module: string): string | undefined {
  return OWNERS.get(module) ?? (isEditableFinder(module) ? NO_PROJECT : undefined);
}

/** Whether a module is, by its name, one that the `.pth` of an editable install imports. */
export function isEditableFinder(module: string): boolean {
  return EDITABLE.test(module);
}
