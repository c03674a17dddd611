import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { listensOn } from '../../src/messages/start.js';
import { ANY, valuesOf } from './messages.js';

const MAIN = resolve('build/src/cli/main.js');

/**
 * `wheelgate serve` as a separate process, for properties that only a process has (its death, its memory, its
 * environment).
 */
export interface GateProcess {
  readonly url: string;
  readonly pid: number;
  /** Its complete standard output and standard error. */
  log(): string;
  /** Stops reading its output, like a log collector that has died. */
  deafen(): void;
  /** Sends a signal and waits for the exit. @returns the exit code; null after a signal */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface GateProcessOptions {
  /** Its working folder, and the default place of its data. */
  readonly folder: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts it, with its arguments. */
  readonly through?: readonly string[];
  /** Called with its process number as soon as it exists. */
  readonly onStart?: (pid: number) => void;
  /** Receives its output as it arrives, including that before it listens. */
  readonly onText?: (text: string) => void;
}

/** Starts it on a free loopback port. @throws if it ends before it listens */
export async function startGateProcess(options: GateProcessOptions): Promise<GateProcess> {
  const serve = ['serve', '--listen', '127.0.0.1:0', '--data', 'data', ...(options.args ?? [])];
  const [program, ...args] = [...(options.through ?? []), process.execPath, MAIN, ...serve];
  const child = spawn(program!, args, {
    cwd: options.folder,
    env: { ...withoutProxies(), WHEELGATE_FEED_URL: 'none', ...options.env },
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
    options.onText?.(text);
  });
  const url = await new Promise<string>((found, failed) => {
    child.once('close', (code) => failed(new Error(`serve ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const match = valuesOf(listensOn(ANY)).exec(text);
      if (match) found(match[1]!);
    });
  });
  return {
    url,
    pid: child.pid!,
    log: () => text,
    deafen() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    end: (signal) => end(child, signal),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }
  return child.exitCode;
}

/** The test must not use this machine's proxy settings. */
function withoutProxies(): NodeJS.ProcessEnv {
  const foreign = /^(WHEELGATE_.*|.*_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
