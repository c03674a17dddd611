import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const MAIN = resolve('build/src/cli/main.js');

/** The result of a command. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Once its results match this, it is told to end. */
  readonly stopAt?: RegExp | undefined;
}

/** Runs `wheelgate` with these arguments until it exits. */
export function runCommand(args: readonly string[], { stopAt, ...options }: Options): Promise<Run> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [MAIN, ...args], options);
    let [out, err] = ['', ''];
    let stopped = false;
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (!stopped && stopAt?.test(out)) stopped = child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => done({ code: code ?? -1, out, err }));
  });
}
