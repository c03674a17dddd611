import fs, { type PathLike } from 'node:fs';
import promises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** The failing calls of the file system, in a process with this module preloaded. */
export interface FsFault {
  /** Each round restarts the count. */
  readonly round: number;
  /** The affected threads: the serving one, the others, or all. */
  readonly where: 'main' | 'threads' | 'all';
  /** The first failing call, counted from 1, and the number of failures. */
  readonly at: number;
  readonly times: number;
  readonly code: string;
  /** Only calls that would open a file or folder. */
  readonly opening?: boolean;
}

/** For the process's preload. */
export const PRELOAD = import.meta.url;

/**
 * The variable with the path of the JSON file that defines the fault; a second file next to it receives a line for each
 * failed call.
 */
export const FAULTS_FILE = 'FS_FAULTS_FILE';
export const FAILED = '.failed';

const CALLS = [
  'open',
  'mkdir',
  'rename',
  'unlink',
  'rm',
  'stat',
  'lstat',
  'utimes',
  'readdir',
  'readFile',
  'writeFile',
  'statfs',
] as const;
const HANDLE_CALLS = [
  'read',
  'write',
  'writev',
  'readFile',
  'writeFile',
  'stat',
  'datasync',
  'sync',
  'truncate',
] as const;
const SYNC_CALLS = [
  'openSync',
  'fstatSync',
  'readSync',
  'writeSync',
  'readFileSync',
  'readdirSync',
  'statSync',
] as const;

const OPENING = /^(?:open|readFile|readdir)/;

type Call = (...args: any[]) => any;

const file = process.env[FAULTS_FILE];
if (file !== undefined) await inject(file);

async function inject(control: string): Promise<void> {
  const { readFileSync, appendFileSync } = fs;
  const { errno } = createRequire(import.meta.url)('node:os').constants;
  let fault: FsFault | undefined;
  let round = 0;
  let count = 0;
  let isInside = false;

  /** The error of the current call, if it must fail. */
  function faultOf(syscall: string, path: PathLike | undefined): Error | undefined {
    if (isInside) return undefined;
    isInside = true;
    try {
      try {
        fault = JSON.parse(readFileSync(control, 'utf8')) as FsFault;
      } catch {
        // The file is being written, so the previous fault remains.
      }
      if (fault === undefined) return undefined;
      if (fault.round !== round) count = 0;
      round = fault.round;
      if (fault.where !== 'all' && (fault.where === 'main') !== isMainThread) return undefined;
      if (fault.opening && !OPENING.test(syscall)) return undefined;
      count += 1;
      if (count < fault.at || count >= fault.at + fault.times) return undefined;
      appendFileSync(control + FAILED, `${round} ${syscall} ${path ?? ''} ${fault.code}\n`);
      const error = new Error(`${fault.code}: injected, ${syscall}`);
      return Object.assign(error, { code: fault.code, errno: -errno[fault.code], syscall, path });
    } finally {
      isInside = false;
    }
  }

  function patch(
    target: Record<string, Call>,
    name: string,
    fail: (error: Error, args: readonly unknown[]) => unknown,
  ): void {
    const real = target[name]!;
    target[name] = function (this: unknown, ...args: unknown[]) {
      const [first] = args;
      const path = typeof first === 'string' ? first : undefined;
      // Excludes the standard streams, which belong to the test, and the program's own files.
      const isOther =
        (typeof first === 'number' && first <= 2) ||
        path?.endsWith('.js') ||
        path?.endsWith('package.json');
      const error = isOther ? undefined : faultOf(name, path);
      return error === undefined ? real.apply(this, args) : fail(error, args);
    };
  }

  const reject = (error: Error) => Promise.reject(error);
  const raise = (error: Error) => {
    throw error;
  };
  const callBack = (error: Error, args: readonly unknown[]) =>
    process.nextTick(args.at(-1) as Call, error);
  const handle = await promises.open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as Record<string, Call>;
  await handle.close();
  for (const name of CALLS) patch(promises as unknown as Record<string, Call>, name, reject);
  for (const name of HANDLE_CALLS) patch(prototype, name, reject);
  for (const name of SYNC_CALLS) patch(fs as unknown as Record<string, Call>, name, raise);
  // Used by streams.
  patch(fs as unknown as Record<string, Call>, 'open', callBack);
  syncBuiltinESMExports();
}
