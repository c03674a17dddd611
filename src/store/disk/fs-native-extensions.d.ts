/** The package has no types; these cover the used part. */
declare module 'fs-native-extensions' {
  /**
   * Locks a whole file for the open file description behind `fd`, which must be writable.
   * @returns false if another description has locked it
   * @throws {NodeJS.ErrnoException} if the file system has no locks
   */
  export function tryLock(fd: number): boolean;
}
