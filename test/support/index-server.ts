import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { type Requirement, required } from './requirements.js';

/** A real index server on loopback. */
export interface IndexServer {
  /** Its origin, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The program of an index server, in the folder `WHEELGATE_TEST_INDEXES`: `bin` of a virtual environment with
 * pypiserver, devpi-server and proxpi.
 */
export function indexProgram(
  name: 'pypi-server' | 'devpi-server' | 'devpi-init' | 'flask',
): Requirement<string> {
  const folder = process.env.WHEELGATE_TEST_INDEXES;
  const path = folder === undefined ? undefined : join(folder, name);
  const how =
    'python3 -m pip install pypiserver devpi-server proxpi, named by WHEELGATE_TEST_INDEXES';
  return required(path !== undefined && existsSync(path) ? path : undefined, name, how);
}

/** Starts it on a free port, and waits until it responds. @throws if it ends first */
export async function startIndexServer(
  program: string,
  args: (port: string) => readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<IndexServer> {
  const port = await freePort();
  const child = spawn(program, args(port), {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
    await sleep(100);
  }
  return {
    url,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/`, { redirect: 'manual' })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
