const NATIVE = /\.(?:so|pyd|dll|dylib|sl)$/i;

/** Whether a file is named like an extension module, which runs code as soon as it is loaded. */
export function isNativeName(name: string): boolean {
  return NATIVE.test(name);
}

/**
 * The components of each module that an extension is for some Python: `a/b/__init__.abi3.so` is `a.b` and, to
 * `find_spec`, `a.b.__init__`; `a_d.pyd` is `a` for a debug build, and `a_d` for others. The part after a name's first
 * dot is ignored.
 * @param path below a folder of the import path, folded
 */
export function nativeModulesAt(path: readonly string[]): (readonly string[])[] {
  const name = path.at(-1) ?? '';
  if (!isNativeName(name)) return [];
  const stem = name.replace(/\..*$/s, '');
  const folder = path.slice(0, -1);
  const modules = [[...folder, stem]];
  if (stem.endsWith('_d')) modules.push([...folder, stem.slice(0, -2)]);
  if (stem === '__init__' && folder.length > 0) modules.push(folder);
  return modules;
}
