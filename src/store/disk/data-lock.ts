import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** The interval between two attempts to take a held lock, in milliseconds. */
const RETRY = 100;
/** Maximum length of the holder's own description, in characters. */
const MAX_HINT = 500;

/** `held` by another server; `unavailable` if the file system or platform has no locks. */
export type DataLock =
  /** A second release has no effect. */
  | { readonly kind: 'ours'; release(): void }
  | { readonly kind: 'held'; readonly by: string | undefined }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface DataLockSettings {
  readonly path: string;
  /** How long to wait for the holder, in milliseconds. */
  readonly patience: number;
  /** Called once if another server holds it, with its description. */
  readonly onWaiting: (by: string | undefined) => void;
  /** Locks a file by its descriptor; false if another process has locked it. Tests pass their own. */
  readonly tryLock?: ((fd: number) => boolean) | undefined;
}

/**
 * Locks a file. The kernel keeps the lock for the open file and drops it when the process ends in any way; it also
 * works between containers that share the file. The file is never removed, because that would admit a second server.
 * Its content is only a hint for people, and does not decide whether the holder is alive.
 * @throws {NodeJS.ErrnoException} if the file cannot be opened
 */
export async function takeDataLock(settings: DataLockSettings): Promise<DataLock> {
  const until = performance.now() + settings.patience;
  let waiting = false;
  for (;;) {
    const lock = await tryDataLock(settings);
    if (lock.kind !== 'held' || performance.now() >= until) return lock;
    if (!waiting) settings.onWaiting(lock.by);
    waiting = true;
    await pause(RETRY);
  }
}

async function tryDataLock({ path, ...settings }: DataLockSettings): Promise<DataLock> {
  // A descriptor, not a handle, which garbage collection could close. Child processes do not inherit it.
  const fd = openSync(path, 'a+', 0o640);
  try {
    // Imported here, so commands without a lock work on a platform that it does not support.
    const tryLock = settings.tryLock ?? (await import('fs-native-extensions')).tryLock;
    if (tryLock(fd)) {
      noteHolder(fd);
      return { kind: 'ours', release: closingOnce(fd) };
    }
  } catch (error) {
    closeSync(fd);
    const [reason] = (error as Error).message.split('\n');
    return { kind: 'unavailable', reason: reason! };
  }
  closeSync(fd);
  return { kind: 'held', by: readHolder(path) };
}

/** By the second call, the number may belong to another file. */
function closingOnce(fd: number): () => void {
  let open = true;
  return () => {
    if (open) closeSync(fd);
    open = false;
  };
}

function noteHolder(fd: number): void {
  const text = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
  });
  try {
    ftruncateSync(fd);
    writeSync(fd, `${text}\n`);
  } catch {
    // On a full disk the hint is lost, but the lock holds.
  }
}

/** In words; undefined if the holder left no hint, or (on Windows and SMB) the locked file is unreadable. */
function readHolder(path: string): string | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8').slice(0, MAX_HINT));
    const { pid, host, since } = holder as Record<string, unknown>;
    return typeof pid === 'number' && isPlain(host) && isPlain(since)
      ? `process ${pid} on ${host}, since ${since}`
      : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.:-]+$/.test(text);
}
