/** The lines that setuptools 35 to 72 writes into a `*-nspkg.pth` for one namespace, as its components. */
export function namespaceLine(...names: readonly string[]): string {
  const name = names.join('.');
  const place = `(${names.map((part) => `'${part}'`).join(', ')}${names.length === 1 ? ',' : ''})`;
  const parts = [
    'import sys, types, os',
    'has_mfs = sys.version_info > (3, 5)',
    `p = os.path.join(sys._getframe(1).f_locals['sitedir'], *${place})`,
    "importlib = has_mfs and __import__('importlib.util')",
    "has_mfs and __import__('importlib.machinery')",
    `m = has_mfs and sys.modules.setdefault('${name}', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('${name}', [os.path.dirname(p)])))`,
    `m = m or sys.modules.setdefault('${name}', types.ModuleType('${name}'))`,
    "mp = (m or []) and m.__dict__.setdefault('__path__',[])",
    '(p not in mp) and mp.append(p)',
  ];
  if (names.length > 1)
    parts.push(
      `m and setattr(sys.modules['${names.slice(0, -1).join('.')}'], '${names.at(-1)}', m)`,
    );
  return `${parts.join(';')}\n`;
}
