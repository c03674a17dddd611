/**
 * What a path has somewhere if it can have any power at start-up, or lands elsewhere than it says: a suffix, a
 * module's or a folder's name of those that `landings` and `powerOf` go by, a character that is not plain ASCII or
 * that Windows takes otherwise, a segment of dots.
 */
const TELLING =
  /[^\x20-\x7e]|[:\\]|^\/|\.(?:_?pth|start|data|[./ ]|$)|egg-info|pyvenv\.cfg|customize|editable|_(?:distutils_hack|virtualenv|pdbpp_path_hack)|pywin32_|apport_python_hook|(?:^|\/)(?:pip|truststore|wrapt)[./ ]/i;

/**
 * Whether a wheel's member can be told to be harmless by one look at its path, as nearly all can. Coarser than
 * where it lands and what it is called there, and never kinder: folding, and every reading of a path, only takes
 * characters away.
 */
export function isOrdinary(memberPath: string): boolean {
  return !TELLING.test(memberPath);
}
