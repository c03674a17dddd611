/* Why a data folder cannot be used, or not safely: the end of a start, and lines of the log. */

/** @param by the lock's description of its holder; undefined if it has none */
export function folderInUse(directory: string, by: string | undefined): string {
  return `another server is using the data folder ${directory}${by === undefined ? '' : ` (${by})`}`;
}

/** Logged while the other server shuts down. @param inUse from `folderInUse` */
export function waitingForFolder(inUse: string, seconds: number | string): string {
  return `${inUse}: waiting up to ${seconds} s for it to end`;
}

/** Ends a failed start. @param inUse from `folderInUse` */
export function folderRefused(inUse: string): string {
  return `${inUse}: stop it, or choose another folder with --data; servers cannot share a data folder`;
}

/** The log, where the file system has no locks. */
export function folderNotLocked(directory: string, why: string): string {
  return `the data folder is not locked, and a second server could use it: ${directory}: ${why}`;
}

/** The end of a start, in a folder of a later version. */
export function newerFolder(
  directory: string,
  its: { readonly format: number | string; readonly wheelgate: string },
  known: number | string,
): string {
  return `the data folder ${directory} is of format ${its.format}, written by Wheelgate ${its.wheelgate}; this version supports format ${known}. Run the newer version or choose another folder with --data`;
}
