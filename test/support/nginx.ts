import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Requirement, required } from './requirements.js';

export function nginx(): Requirement<string> {
  const path = ['nginx', '/usr/sbin/nginx'].find(
    (name) => spawnSync(name, ['-v']).error === undefined,
  );
  return required(path, 'nginx', 'install it, from Debian for instance: apt-get install nginx');
}

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

/** nginx on loopback with the shipped configuration, with these two ports and this folder of blobs. */
export async function startNginx(program: string, gate: string, blobs: string): Promise<Nginx> {
  const shipped = await readFile('deploy/nginx/wheelgate.conf', 'utf8');
  return startSite(program, (port) =>
    replaced(shipped, {
      'server 127.0.0.1:8080;': `server ${new URL(gate).host};`,
      'listen 80;': `listen 127.0.0.1:${port};`,
      'alias /var/lib/wheelgate/blobs/;': `alias ${blobs}/;`,
    }),
  );
}

/** nginx on loopback with the shipped configuration for several servers, in front of two. */
export async function startFleetNginx(
  program: string,
  [one, other]: readonly [string, string],
): Promise<Nginx> {
  const shipped = await readFile('deploy/nginx/fleet.conf', 'utf8');
  return startSite(program, (port) =>
    replaced(shipped, {
      'server replica-1:8080 ': `server ${new URL(one).host} `,
      'server replica-2:8080 ': `server ${new URL(other).host} `,
      'listen 80;': `listen 127.0.0.1:${port};`,
    }),
  );
}

/** nginx on loopback with this in its `http` block. */
export async function startSite(program: string, site: (port: number) => string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  // As root, nginx would otherwise read the blobs as an unprivileged user.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const file = join(folder, 'nginx.conf');
  await writeFile(
    file,
    `daemon off; ${user} pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http { access_log off; ${temporary}
${site(port)}
}
`,
  );
  const child = spawn(program, ['-c', file, '-e', join(folder, 'error.log')], { stdio: 'pipe' });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${said}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    url,
    async close() {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

/** Asserts that each text exists, so the shipped file is tested. */
function replaced(text: string, by: Readonly<Record<string, string>>): string {
  return Object.entries(by).reduce((so, [from, to]) => {
    if (!so.includes(from)) throw new Error(`the shipped configuration has no "${from}"`);
    return so.replace(from, to);
  }, text);
}
