/**
 * The `*-nspkg.pth` files that setuptools wrote for namespace packages until version 81. A file is one of them only if
 * one of setuptools' own generators, run on the names found in it, reproduces the same bytes; an attacker can therefore
 * only choose identifiers.
 */
interface Generator {
  /** The line for one package, without its end. */
  line(names: readonly string[]): string;
}

const ROOT = "sys._getframe(1).f_locals['sitedir']";
const EXISTS = "os.path.exists(os.path.join(p,'__init__.py'))";
const SPEC = (pkg: string) =>
  `sys.modules.setdefault(${pkg}, importlib.util.module_from_spec(` +
  `importlib.machinery.PathFinder.find_spec(${pkg}, [os.path.dirname(p)])))`;
const MODULE = (pkg: string) => `sys.modules.setdefault(${pkg}, types.ModuleType(${pkg}))`;
const PATH_LIST = "mp = (m or []) and m.__dict__.setdefault('__path__',[])";
const APPEND = '(p not in mp) and mp.append(p)';

/** setuptools 0.6 to 1.x. */
const OLDEST: Generator = {
  line: (names) =>
    [
      'import sys,types,os',
      `p = os.path.join(${ROOT}, *${tuple(names)})`,
      `ie = ${EXISTS}`,
      `m = not ie and ${MODULE(dotted(names)).replace(', types', ',types')}`,
      PATH_LIST,
      APPEND,
      ...childOf(names),
    ].join('; '),
};

/** setuptools from 2 on: the statements between finding the folder and naming its path changed over time. */
function since2(
  ...statements: readonly ((pkg: string, p: string) => readonly string[])[]
): Generator[] {
  return statements.map((middle) => ({
    line: (names) =>
      [
        'import sys, types, os',
        ...middle(dotted(names), `p = os.path.join(${ROOT}, *${tuple(names)})`),
        PATH_LIST,
        APPEND,
        ...childOf(names),
      ].join(';'),
  }));
}

const GENERATORS: readonly Generator[] = [
  OLDEST,
  ...since2(
    // 2 to 27
    (pkg, p) => [p, `ie = ${EXISTS}`, `m = not ie and ${MODULE(pkg)}`],
    // 28 to 30
    (pkg, p) => [
      'pep420 = sys.version_info > (3, 3)',
      p,
      `ie = ${EXISTS}`,
      `m = not ie and not pep420 and ${MODULE(pkg)}`,
    ],
    // 31 to 34
    (pkg, p) => [...withSpec(p, pkg), `m = m or not has_mfs and ${MODULE(pkg)}`],
    // 35 to 72
    (pkg, p) => [...withSpec(p, pkg), `m = m or ${MODULE(pkg)}`],
    // 73 to 81
    (pkg, p) => [
      p,
      "importlib = __import__('importlib.util')",
      "__import__('importlib.machinery')",
      `m = ${SPEC(pkg)}`,
      `m = m or ${MODULE(pkg)}`,
    ],
  ),
];

function withSpec(p: string, pkg: string): string[] {
  return [
    'has_mfs = sys.version_info > (3, 5)',
    p,
    "importlib = has_mfs and __import__('importlib.util')",
    "has_mfs and __import__('importlib.machinery')",
    `m = has_mfs and ${SPEC(pkg)}`,
  ];
}

/**
 * The packages of a namespace file, each as its components, if one of setuptools' generators reproduces the file
 * exactly; undefined for any other content.
 */
export function namespacesIn(content: Buffer): string[][] | undefined {
  if (content.length === 0) return undefined;
  const text = content.toString('latin1');
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const packages: string[][] = [];
  for (const line of text.split(end).slice(0, -1)) {
    const names = namesIn(line);
    if (names === undefined) return undefined;
    packages.push(names);
  }
  const isGenerated = GENERATORS.some(
    (generator) => packages.map((names) => generator.line(names) + end).join('') === text,
  );
  return isGenerated ? packages : undefined;
}

/** The components between `*(` and `))`: each must be an identifier (ASCII), so it cannot be code. */
function namesIn(line: string): string[] | undefined {
  const inside = /\*\(([^()]*)\)\)/.exec(line)?.[1];
  if (inside === undefined) return undefined;
  const names = inside
    .split(',')
    .map((part) => part.trim().replace(/^'(.*)'$/, '$1'))
    .filter((name) => name !== '');
  const sound = names.length > 0 && names.every((name) => /^[A-Za-z_]\w*$/.test(name));
  return sound ? names : undefined;
}

/** Python's `repr` of a tuple of strings. */
function tuple(names: readonly string[]): string {
  return names.length === 1
    ? `('${names[0]}',)`
    : `(${names.map((name) => `'${name}'`).join(', ')})`;
}

function dotted(names: readonly string[]): string {
  return `'${names.join('.')}'`;
}

function childOf(names: readonly string[]): string[] {
  if (names.length === 1) return [];
  return [`m and setattr(sys.modules[${dotted(names.slice(0, -1))}], '${names.at(-1)}', m)`];
}
