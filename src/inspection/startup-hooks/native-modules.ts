const NATIVE = /\.(?:so|pyd|dll|dylib|sl)$/i;

/** Whether a file is named like an extension module, which runs code as soon as it is loaded. */
export function isNativeName(name: string): boolean {
  return NATIVE.test(name);
}

/**
 * The components of the module that an extension is: `a/b/__init__.abi3.so` is `a.b`. The part after a name's first dot
 * is ignored, and a debug build's `_d`.
 * @param path below a folder of the import path, folded
 */
export function nativeModuleAt(path: readonly string[]): readonly string[] | undefined {
  const name = path.at(-1) ?? '';
  if (!isNativeName(name)) return undefined;
  const stem = name.replace(/\..*$/s, '').replace(/_d$/, '');
  const folder = path.slice(0, -1);
  if (stem !== '__init__') return [...folder, stem];
  return folder.length === 0 ? undefined : folder;
}
