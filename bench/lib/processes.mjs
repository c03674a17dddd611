// Starts and stops the servers of a bench, each in a separate process.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** A port that is free at present. */
export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a program is installed; a bench that lacks one reports it and is skipped. */
export function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

const PATIENCE_MS = 60_000;

const isOk = (url) =>
  fetch(url).then(
    (response) => response.arrayBuffer().then(() => response.ok),
    () => false,
  );

async function answering(url, started, answers) {
  while (performance.now() - started < PATIENCE_MS) {
    if (await answers(url)) return;
    await sleep(5);
  }
  throw new Error(`${url} does not answer`);
}

export function sleep(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/**
 * Starts a process and waits until the URL responds; `startedIn` is the duration in milliseconds.
 * @param answers whether it does; by default with success over HTTP
 */
export async function start(command, args, url, { answers = isOk, ...options } = {}) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const died = once(child, 'close').then(([code]) => {
    throw new Error(`${command} ended with ${code}: ${said.slice(-2_000)}`);
  });
  died.catch(() => {});
  await Promise.race([answering(url, started, answers), died]).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  const startedIn = performance.now() - started;
  return {
    pid: child.pid,
    url: new URL(url).origin,
    startedIn,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    },
  };
}

/** Starts Wheelgate from dist/ and waits until it is ready; it only contacts the given upstream. */
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
      feed: { url: 'none' },
      ...settings.more,
    }),
  );
  return start(
    process.execPath,
    [resolve('dist/cli/main.js'), 'serve', '--config', join(folder, 'wheelgate.yaml')],
    `http://127.0.0.1:${port}/readyz`,
    { cwd: folder },
  );
}

/**
 * nginx for a folder, with as many workers as Wheelgate's processes.
 * @param site the text of another site to use instead, which listens on port 80
 */
export async function startNginx(folder, root, { workers = 1, site } = {}) {
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
  ${
    site?.replace('listen 80;', `listen 127.0.0.1:${port}; location = /ok { return 200; }`) ??
    `server { listen 127.0.0.1:${port}; root ${root}; location / { index index.json; } location = /ok { return 200; } }`
  }
}
`,
  );
  return start('nginx', ['-c', join(folder, 'nginx.conf')], `http://127.0.0.1:${port}/ok`);
}

/** Runs a script of bench/servers as a server, with the port and the further arguments. */
export async function startScript(name, ...args) {
  const port = await freePort();
  const script = resolve('bench/servers', `${name}.mjs`);
  return start(
    process.execPath,
    [script, String(port), ...args.map(String)],
    `http://127.0.0.1:${port}/ok`,
  );
}

/** The requirements of the measurements below. */
export const proc = process.platform === 'linux' ? [] : ['Linux'];

/** CPU seconds of a process and its threads so far, to the hundredth. */
export function cpuSeconds(pid) {
  const out = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = out.slice(out.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The same for a process and all its descendants. */
export function cpuSecondsOfAll(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.reduce((sum, child) => sum + cpuSecondsOfAll(child), cpuSeconds(pid));
}

/**
 * The value of a measurement once a process is idle, so its background work is included.
 * @param patience the limit for processes that are never entirely idle, in milliseconds
 */
export async function settledCpu(pid, measure = cpuSeconds, patience = Infinity) {
  let before = measure(pid);
  for (const started = performance.now(); performance.now() - started < patience; ) {
    await sleep(150);
    const now = measure(pid);
    if (now === before) break;
    before = now;
  }
  return before;
}

/** Resident memory and its peak so far, in MB. */
export function memoryOf(pid) {
  const out = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(out)[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
