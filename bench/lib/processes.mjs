// Servers that a bench starts, each a process of its own, and ends again.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** A port that nobody listens on just now. */
export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a program is on this machine; a bench that needs it says so and is left out. */
export function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

async function answers(url) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const ok = await fetch(url).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} does not answer`);
}

/** Starts a process and waits until the URL answers. */
export async function start(command, args, url, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const died = once(child, 'close').then(([code]) => {
    throw new Error(`${command} ended with ${code}: ${said.slice(-2_000)}`);
  });
  died.catch(() => {});
  await Promise.race([answers(url), died]);
  return {
    pid: child.pid,
    url: new URL(url).origin,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    },
  };
}

/** Wheelgate as it is built in dist/. */
export async function startWheelgate(folder, upstream, settings = {}) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  writeFileSync(
    join(folder, 'wheelgate.yaml'),
    JSON.stringify({
      listen: `127.0.0.1:${port}`,
      data: join(folder, 'data'),
      upstreams: [{ name: 'bench', url: `${upstream}/simple/` }],
      cache: { 'page-ttl': '1h', ...settings.cache },
      log: { level: 'error' },
      ...settings.more,
    }),
  );
  return start(
    process.execPath,
    [resolve('dist/cli/main.js'), 'serve', '--config', join(folder, 'wheelgate.yaml')],
    `http://127.0.0.1:${port}/healthz`,
    { cwd: folder },
  );
}

/** nginx over a folder, with as many workers as processes of ours. */
export async function startNginx(folder, root, { workers = 1 } = {}) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes ${workers}; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  types { application/vnd.pypi.simple.v1+json json; }
  default_type application/octet-stream;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server { listen 127.0.0.1:${port}; root ${root}; location / { } location = /ok { return 200; } }
}
`,
  );
  return start('nginx', ['-c', join(folder, 'nginx.conf')], `http://127.0.0.1:${port}/ok`);
}

/** A script of bench/servers as a server; it gets the port, then the further arguments. */
export async function startScript(name, ...args) {
  const port = await freePort();
  const script = resolve('bench/servers', `${name}.mjs`);
  return start(
    process.execPath,
    [script, String(port), ...args.map(String)],
    `http://127.0.0.1:${port}/ok`,
  );
}

/** CPU seconds that a process and its threads have used so far (Linux). */
export function cpuSeconds(pid) {
  const out = spawnSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' }).stdout;
  const fields = out.slice(out.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory and its peak, in MiB (Linux). */
export function memoryOf(pid) {
  const out = spawnSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8' }).stdout;
  const mib = (name) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(out)[1]) / 1024);
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}
