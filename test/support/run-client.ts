import { spawn } from 'node:child_process';

export interface ClientRun {
  readonly code: number;
  /** Standard output and standard error together, as in a terminal. */
  readonly text: string;
}

/** Variables of the machine's own clients that would override the test's settings. */
const FOREIGN = /^(PIP_|UV_|POETRY_|PDM_|VIRTUAL_ENV|PYTHONDONTWRITEBYTECODE|.*_proxy$)/i;

/** Runs a package client in a clean environment, without a cache. */
export function runClient(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<ClientRun> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)),
  );
  const env = {
    ...clean,
    HOME: options.cwd,
    XDG_CACHE_HOME: `${options.cwd}/cache`,
    XDG_CONFIG_HOME: `${options.cwd}/config`,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PDM_CHECK_UPDATE: '0',
    NO_COLOR: '1',
    ...options.env,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, text }));
  });
}
