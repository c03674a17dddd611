/** The owner of what no project on an index brings. */
const NO_PROJECT = 'no project';

/**
 * Modules that are imported at the start of many environments without any honest hook's being in the same
 * artifact: who ships one of them runs at every start. Those that listed hooks import are the policy's to know.
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
  // What the hooks of pip-system-certs, python-certifi-win32 and autowrapt import of other projects.
  ['pip', 'pip'],
  ['truststore', 'truststore'],
  ['wrapt', 'wrapt'],
]);

/** What build backends write for editable installs: setuptools, hatchling and pdm, scikit-build-core, meson-python. */
const EDITABLE = /^(?:__editable__.*|_editable_impl_.*|_\w+_editable(?:_loader)?)$/;

/** Whose a module is that runs at the start, folded; undefined for all others. */
export function ownerOf(module: string): string | undefined {
  return OWNERS.get(module) ?? (isEditableFinder(module) ? NO_PROJECT : undefined);
}

/** Whether a module is, by its name, one that the `.pth` of an editable install imports. */
export function isEditableFinder(module: string): boolean {
  return EDITABLE.test(module);
}
