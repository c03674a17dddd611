import { type ProjectName, parseProjectName } from '../../domain/project-name.js';

/**
 * Places below the prefix in known-good wheels, according to the census; paths folded to one case. Files in `bin` are
 * judged as scripts.
 */
const HONEST: readonly RegExp[] = [
  /^(?:share|etc|include|man)\/./,
  /^(?:bin|scripts)\/./,
  /^lib(?:32|64)?\/(?:pkgconfig|cmake)\/./,
  // Native libraries and their data: not importable by Python on any system.
  /^lib(?:32|64)?\/(?:(?:ccl|mpi|pti)\/(?:[^/]+\/)*)?[^/]+\.(?:a|bc|cfg|dbg|dylib|la|o|rtl|spv|so(?:\.[\w.]+)?(?:-gdb\.py)?)$/,
  /^library\/(?:bin|lib|share|include|etc|opt)\/./,
  /^opt\/(?:ccl|compiler|mpi|pti)\/./,
  /^licensing\/./,
  /^env\/vars\.(?:bat|sh)$/,
  // Documents that a project's `data_files` puts there by mistake.
  /^(?:authors|changelog|changes|copying|licen[cs]e|news|notice|readme)(?:\.(?:md|rst|txt))?$/,
];

/** Folders with a meaning on some system, even if a project has their name. */
const TAKEN =
  /^(?:s?bin|scripts|lib\d*|libs|libexec|lib-python|library|dlls|resources|headers|frameworks|cellar|include|share|etc|man|opt|usr|var|local|tcl|tools|ssl|doc|conda-meta|condabin|compiler_compat|shell|pkgs|envs|(?:python|pypy|graalpy)[\d.]*)$/;

/** Settings that run something or lead installs elsewhere: Python's, the installers', the shell's, the loader's. */
const SETTINGS =
  /^etc\/(?:xdg\/)?(?:(?:python|pypy)[\d.]*|pip(?:\.conf|\.ini)?|uv(?:\.toml)?|pdm|pypoetry|openssl(?:@[\d.]+)?|ssl|ld\.so\.[^/]*|profile(?:\.d)?|environment(?:\.d)?)(?:\/|$)/;

/** Folders where installers keep interpreters, environments and wheels: `pip install --user` fills `~/.local/share`. */
const MANAGED =
  /^share\/(?:uv|virtualenv|pypoetry|pdm|pip|pipx|hatch|rye|pyenv|python-wheels)(?:\/|$)/;

/** CPython's own library, and those that its programs and extension modules link with. */
const LIBRARIES: readonly RegExp[] = [
  /^(?:lib)?(?:python|pypy)\d/,
  /^lib(?:c|m|dl|util|rt|pthread|crypt|z|bz2|lzma|zstd|ffi|ssl|crypto|sqlite3|expat|uuid|ncursesw?|tinfow?|panelw?|readline|edit|gdbm|gdbm_compat|db|nsl|tirpc|tcl[\d.]*|tk[\d.]*|tcl9tk[\d.]*|intl|b2|mpdec)(?:[-_.][\d.]+)?(?:-x64|-x86|-arm64)?\.(?:so|dylib|dll)/,
  /^(?:vcruntime|ucrtbase|api-ms-|ext-ms-|sqlite3|zlib1?|ffi-\d|tcl\d|tk\d)[^/]*\.dll$/,
];

/** The interpreter's own headers: code of every extension that is built here. */
const HEADERS =
  /^include\/(?:(?:python|pypy)[\d.]+[a-z]*\/(?:[^/]+$|(?:cpython|internal)\/)|(?:python|pyconfig)\.h$|(?:cpython|internal)\/)/;

/** The problem with a file at this place below the prefix; undefined if known-good wheels also install files there. */
export function oddityOfPlace(
  path: readonly string[],
  project: ProjectName | undefined,
): string | undefined {
  const joined = path.join('/');
  // No file system takes a longer name, and the patterns below cost by its square.
  if (path.some((segment) => segment.length > 255))
    return 'has a name longer than file systems support';
  if (isOwnFolder(path, project)) return undefined;
  if (!HONEST.some((place) => place.test(joined)))
    return 'installs to a place that wheels do not use, so its effect is unknown';
  if (SETTINGS.test(joined))
    return 'installs into the settings of Python, installers or the system';
  if (MANAGED.test(joined)) return "installs into an installer's own files";
  if (HEADERS.test(joined)) return "installs into the interpreter's headers";
  const name = path.at(-1)!;
  if (/^lib/.test(joined) && LIBRARIES.some((library) => library.test(name)))
    return 'replaces a library of the interpreter';
  return undefined;
}

/** A folder with the project's name, as in old wheels: other software does not read it. */
function isOwnFolder(path: readonly string[], project: ProjectName | undefined): boolean {
  const [first = ''] = path;
  return (
    path.length > 1 &&
    !TAKEN.test(first) &&
    project !== undefined &&
    parseProjectName(first) === project
  );
}
