import { mayBeReserved } from './reserved-modules.js';

/** Path parts that can make a file a startup hook, or change its destination, at any position. */
const TELLING = /[^\x20-\x7e]|[:\\]|\.(?:_?pth|start|data|[./ ]|$)/i;

/**
 * The prefixes of startup files, and of names that lead to them, at the top of a site directory: `powerOf` handles
 * these, and `importPaths` the folders among them. A leading underscore is sufficient, because few names have one.
 */
const TELLING_TOP =
  /^(?:[/_ ]|apport_python_hook|cmeel\.prefix|egg-info|pip[./ ]|pythonwin[/ ]|pyvenv\.cfg|pywin32_|sitecustomize|tomli[./ ]|truststore[./ ]|usercustomize|win32[/ ]|wrapt[./ ])/i;

/**
 * Whether a wheel's member is harmless by its path alone, as nearly all are. Coarser than the check of its destination
 * and name, and never more permissive: folding and path interpretations only remove characters.
 */
export function isOrdinary(memberPath: string): boolean {
  return !TELLING.test(memberPath) && !TELLING_TOP.test(memberPath) && !mayBeReserved(memberPath);
}
