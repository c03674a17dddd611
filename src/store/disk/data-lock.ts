import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** How often somebody else's lock is tried again, in milliseconds. */
const RETRY = 100;
/** Of a holder's word about itself so much is read, in characters. */
const MAX_HINT = 500;

/** `held` by another; `unavailable` where no lock is to be had, whoever asks. */
export type DataLock =
  /** Releasing it twice is harmless. */
  | { readonly kind: 'ours'; release(): void }
  | { readonly kind: 'held'; readonly by: string | undefined }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface DataLockSettings {
  readonly path: string;
  /** How long to wait for another, in milliseconds. */
  readonly patience: number;
  /** Told once where another holds it, and by whom. */
  readonly onWaiting: (by: string | undefined) => void;
  /** Locks a file by its descriptor; false where another has it. A test hands in its own. */
  readonly tryLock?: ((fd: number) => boolean) | undefined;
}

/**
 * Takes the lock on a file. The kernel keeps it for the open file and drops it with the process, however that ends; it
 * counts between containers that share the file, too. The file stays where it is: who removed it would let a second
 * one in. What stands in it is a hint for people, never asked whether the holder lives.
 * @throws {NodeJS.ErrnoException} where the file cannot be opened
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
  // A number, not a handle: nothing closes it behind our back. It is not handed on to a child.
  const fd = openSync(path, 'a+', 0o640);
  try {
    // Loaded here: where it has nothing for the platform, the commands that need no lock work.
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

/** The number may be another file's by the second time. */
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
    // A full disk takes no hint, and the lock holds all the same.
  }
}

/** In words; undefined where the holder has not said, or (on Windows and SMB) nobody else may read what is locked. */
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
