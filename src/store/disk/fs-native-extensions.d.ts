/** The package has no types of its own; this is what is used of it. */
declare module 'fs-native-extensions' {
  /**
   * Locks a whole file for the open file description behind `fd`, which must be writable.
   * @returns false where another description has it locked
   * @throws {NodeJS.ErrnoException} where the file system has no locks
   */
  export function tryLock(fd: number): boolean;
}
