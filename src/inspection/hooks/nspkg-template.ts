/**
 * The `*-nspkg.pth` files that setuptools generated for namespace packages, regenerated: a file counts only
 * where one of the known generators reproduces it to the byte, from components that are all identifiers. So
 * nothing can hide in a file that merely looks like one.
 *
 * The texts are those of setuptools' `namespaces.py` and, before it, `install_egg_info.py`.
 */
type Generator = (pkg: string, components: readonly string[]) => string;

/** Python's `repr` of a tuple of plain identifiers. */
function tuple(components: readonly string[]): string {
  const quoted = components.map((component) => `'${component}'`).join(', ');
  return components.length === 1 ? `(${quoted},)` : `(${quoted})`;
}

function withParent(pkg: string, components: readonly string[], join: string): string {
  if (components.length === 1) return '';
  const child = components.at(-1)!;
  const parent = pkg.slice(0, -child.length - 1);
  return `${join}m and setattr(sys.modules['${parent}'], '${child}', m)`;
}

const SITEDIR = "sys._getframe(1).f_locals['sitedir']";

/** From setuptools 31 on: Python 3.5's importlib where it is there. `last` is a version's last resort. */
function modern(last: string): Generator {
  return (pkg, components) =>
    [
      'import sys, types, os',
      'has_mfs = sys.version_info > (3, 5)',
      `p = os.path.join(${SITEDIR}, *${tuple(components)})`,
      "importlib = has_mfs and __import__('importlib.util')",
      "has_mfs and __import__('importlib.machinery')",
      `m = has_mfs and sys.modules.setdefault('${pkg}', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('${pkg}', [os.path.dirname(p)])))`,
      `m = m or ${last}sys.modules.setdefault('${pkg}', types.ModuleType('${pkg}'))`,
      "mp = (m or []) and m.__dict__.setdefault('__path__',[])",
      '(p not in mp) and mp.append(p)',
    ].join(';') + withParent(pkg, components, ';');
}

/** From setuptools 69 on: Python 2 is forgotten. */
function newest(pkg: string, components: readonly string[]): string {
  return modern('')(pkg, components)
    .replace('has_mfs = sys.version_info > (3, 5);', '')
    .replaceAll('has_mfs and ', '');
}

/** How generators before that differ from each other. */
interface Older {
  readonly imports: string;
  /** Between statements. */
  readonly separator: string;
  /** Between arguments. */
  readonly comma: string;
  /** From setuptools 21 on, nothing is done where PEP 420 does it. */
  readonly pep420: boolean;
}

function older({ imports, separator, comma, pep420 }: Older): Generator {
  return (pkg, components) =>
    [
      imports,
      ...(pep420 ? ['pep420 = sys.version_info > (3, 3)'] : []),
      `p = os.path.join(${SITEDIR}, *${tuple(components)})`,
      "ie = os.path.exists(os.path.join(p,'__init__.py'))",
      `m = not ie and ${pep420 ? 'not pep420 and ' : ''}sys.modules.setdefault('${pkg}'${comma}types.ModuleType('${pkg}'))`,
      "mp = (m or []) and m.__dict__.setdefault('__path__',[])",
      '(p not in mp) and mp.append(p)',
    ].join(separator) + withParent(pkg, components, separator);
}

const GENERATORS: readonly Generator[] = [
  newest,
  modern(''),
  modern('not has_mfs and '),
  older({ imports: 'import sys, types, os', separator: ';', comma: ', ', pep420: true }),
  older({ imports: 'import sys, types, os', separator: ';', comma: ', ', pep420: false }),
  older({ imports: 'import sys,types,os', separator: '; ', comma: ',', pep420: false }),
];

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The components as every generator writes them, wherever they stand on the line. */
const COMPONENTS = /\*\(('[^']*'(?:, ?'[^']*')*),?\)/;

/** Whether each line of the file is what a known setuptools generated for some namespace package. */
export function isNspkgTemplate(bytes: Buffer): boolean {
  const text = bytes.toString('latin1').replaceAll('\r\n', '\n');
  if (text === '' || !text.endsWith('\n')) return false;
  return text.slice(0, -1).split('\n').every(isGeneratedLine);
}

function isGeneratedLine(line: string): boolean {
  const listed = COMPONENTS.exec(line)?.[1];
  if (listed === undefined) return false;
  const components = listed.split(/, ?/).map((quoted) => quoted.slice(1, -1));
  if (!components.every((component) => IDENTIFIER.test(component))) return false;
  const pkg = components.join('.');
  return GENERATORS.some((generate) => generate(pkg, components) === line);
}
