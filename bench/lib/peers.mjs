// Other proxies in Wheelgate's place, each with an empty cache: those installed on this machine.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './measure.mjs';
import { freePort, start, startNginx } from './processes.mjs';

/** The program of the tests' index server (see CONTRIBUTING); undefined if it is not installed. */
function program(name) {
  const path = join(process.env.WHEELGATE_TEST_INDEXES ?? '', name);
  return existsSync(path) ? path : undefined;
}

/** nginx, which caches the index's pages and files unchanged. */
async function startNginxCache(folder, index) {
  const cache = join(folder, 'cache');
  mkdirSync(cache, { recursive: true });
  const server = await startNginx(folder, folder, {
    site: `proxy_cache_path ${cache} keys_zone=index:10m;
  server {
    listen 80;
    location / {
      proxy_pass ${index}; proxy_cache index; proxy_cache_valid 200 1h; proxy_cache_lock on;
      proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }`,
  });
  return { ...server, simple: `${server.url}/simple/` };
}

const devpi = program('devpi-server');
async function startDevpi(folder, index) {
  const data = join(folder, 'data');
  const args = ['--serverdir', data, '--no-root-pypi', '--root-passwd', 'root'];
  await output(program('devpi-init'), args);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await start(
    devpi,
    ['--serverdir', data, '--host', '127.0.0.1', '--port', String(port)],
    `${url}/+api`,
  );
  const change = async (method, path, body, auth) => {
    const headers = { 'content-type': 'application/json', ...auth };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`devpi: ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { result } = await change('POST', '/+login', { user: 'root', password: 'root' });
  const token = Buffer.from(`root:${result.password}`).toString('base64');
  const mirror = { type: 'mirror', mirror_url: `${index}/simple/` };
  await change('PUT', '/root/mirror', mirror, { 'x-devpi-auth': token });
  return { ...server, simple: `${url}/root/mirror/+simple/` };
}

const flask = program('flask');
async function startProxpi(folder, index) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['--app', 'proxpi.server', 'run', '--port', String(port)];
  const env = {
    PATH: process.env.PATH,
    PROXPI_INDEX_URL: `${index}/simple/`,
    PROXPI_CACHE_DIR: folder,
  };
  const server = await start(flask, args, `${url}/health`, { env });
  return { ...server, simple: `${url}/index/` };
}

/** `{ name: async (folder, index) => server }`; a server's `simple` is the URL of its project pages. */
export const peers = {
  'nginx as a cache': startNginxCache,
  ...(devpi && { devpi: startDevpi }),
  ...(flask && { proxpi: startProxpi }),
};
