import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECTS } from './demo/projects.js';
import { startFakeUpstream } from './fake-upstream.js';
import { type GateProcess, startGateProcess } from './gate-process.js';
import { runClient } from './run-client.js';
import { runCommand } from './run-command.js';

/** A command with its output. */
export interface TerminalStep {
  readonly command: string;
  readonly lines: readonly string[];
}

/** The displayed server address: the default one. */
const SHOWN = '127.0.0.1:8080';
const INVENTED = ['lumen-http', 'tidewater'];

/**
 * Installs through a real server with a real pip, and records the output of both. The server's index has invented
 * projects on loopback, and no request leaves the machine.
 * @param pip its path
 */
export async function recordTerminal(pip: string): Promise<TerminalStep[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-recording-'));
  const upstream = await startFakeUpstream();
  let gate: GateProcess | undefined;
  try {
    for (const project of INVENTED)
      upstream.addProject(
        project,
        PROJECTS.filter((file) => file.project === project).map(({ dist }) => dist),
      );
    gate = await startGateProcess({
      folder,
      env: { WHEELGATE_UPSTREAM: upstream.url, WHEELGATE_PUBLIC_URL: `http://${SHOWN}` },
    });
    return await steps(gate, pip, folder);
  } finally {
    await gate?.end('SIGTERM');
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function steps(gate: GateProcess, pip: string, folder: string): Promise<TerminalStep[]> {
  const { host } = new URL(gate.url);
  const shown = (text: string) => text.trimEnd().replaceAll(host, SHOWN).split('\n');
  const install = async (requirement: string): Promise<TerminalStep> => {
    const cwd = join(folder, `install-${requirement}`);
    await mkdir(cwd);
    const env = {
      PIP_INDEX_URL: `${gate.url}/simple/`,
      PIP_TARGET: join(cwd, 'site-packages'),
      PIP_NO_CACHE_DIR: '1',
      PIP_ROOT_USER_ACTION: 'ignore',
    };
    const { text } = await runClient(pip, ['install', requirement], { cwd, env });
    return { command: `pip install ${requirement}`, lines: shown(text) };
  };
  const explain = async (project: string): Promise<TerminalStep> => {
    const { out } = await runCommand(['explain', project, '--server', gate.url], { cwd: folder });
    return { command: `wheelgate explain ${project}`, lines: shown(out) };
  };
  const rest = [
    { command: `export PIP_INDEX_URL=http://${SHOWN}/simple/`, lines: [] },
    await install('lumen-http'),
    await install('tidewater==2.4.1'),
    await install('tidewater'),
    await explain('tidewater'),
  ];
  // It has already printed its address. Its log is JSON on standard error.
  const lines = shown(gate.log()).filter((line) => !line.startsWith('{'));
  return [{ command: 'wheelgate serve &', lines }, ...rest];
}
