import { mayBeReserved } from './reserved-modules.js';

/** What gives a file power, or another place than it says, wherever it stands in a path. */
const TELLING = /[^\x20-\x7e]|[:\\]|\.(?:_?pth|start|data|[./ ]|$)/i;

/**
 * The beginnings of what has power, or leads to what has, at the top of a site directory: `powerOf` goes by these, and
 * `importPaths` by the folders among them. An underscore alone is enough, for few names begin so.
 */
const TELLING_TOP =
  /^(?:[/_ ]|apport_python_hook|cmeel\.prefix|egg-info|pip[./ ]|pythonwin[/ ]|pyvenv\.cfg|pywin32_|sitecustomize|truststore[./ ]|usercustomize|win32[/ ]|wrapt[./ ])/i;

/**
 * Whether a wheel's member can be told to be harmless by one look at its path, as nearly all can. Coarser than
 * where it lands and what it is called there, and never kinder: folding, and every reading of a path, only takes
 * characters away.
 */
export function isOrdinary(memberPath: string): boolean {
  return !TELLING.test(memberPath) && !TELLING_TOP.test(memberPath) && !mayBeReserved(memberPath);
}
