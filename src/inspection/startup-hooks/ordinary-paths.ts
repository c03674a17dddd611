/**
 * What a path has somewhere if it can have any power at start-up: a suffix, a module's or a folder's name of those
 * that `landings` and `powerOf` go by, or a character that is not plain ASCII.
 */
const TELLING =
  /[^\x20-\x7e]|customize|\.(?:_?pth|start|data|zip|egg|whl|pyz)|egg-info|pyvenv\.cfg|_(?:distutils_hack|virtualenv)|pywin32_bootstrap/i;

/**
 * Whether a wheel's member can be told to be harmless by one look at its path, as nearly all can. Coarser than
 * where it lands and what it is called there, and never kinder: folding, and every reading of a path, only takes
 * characters away.
 */
export function isOrdinary(memberPath: string): boolean {
  return !TELLING.test(memberPath);
}
