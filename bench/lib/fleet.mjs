// Several replicas on one machine, with their shared services.
import { existsSync, mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { freePort, has, start, startWheelgate } from './processes.mjs';

const BUCKET = 'wheels';
const SECRET = 'of-the-bench-and-of-nothing-else';

/** The tests' store program, or one on the PATH. */
function storeProgram() {
  const own = join(process.env.WHEELGATE_TEST_S3 ?? '', 'versitygw');
  return existsSync(own) ? own : 'versitygw';
}

/** The programs that this machine lacks. */
export const fleetNeeds = ['redis-server', storeProgram()].filter((program) => !has(program));

async function startRedis(folder) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = await start('redis-server', args, `http://127.0.0.1:${port}`, {
    answers: accepts,
  });
  return { ...server, url: `redis://127.0.0.1:${port}` };
}

/** For a server that does not respond to a plain request. */
function accepts(url) {
  return new Promise((done) => {
    const { hostname, port } = new URL(url);
    const socket = createConnection(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function startStore(folder) {
  mkdirSync(join(folder, BUCKET), { recursive: true });
  const port = await freePort();
  const env = { PATH: process.env.PATH, ROOT_ACCESS_KEY: 'bench', ROOT_SECRET_KEY: 'bench-secret' };
  const args = ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', folder];
  return start(storeProgram(), args, `http://127.0.0.1:${port}`, {
    env,
    answers: accepts,
  });
}

/** Starts this many replicas with one Redis and one store. */
export async function startFleet(folder, upstream, count, settings = {}) {
  const redis = await startRedis(join(folder, 'redis'));
  const store = await startStore(join(folder, 'store'));
  process.env.AWS_ACCESS_KEY_ID = 'bench';
  process.env.AWS_SECRET_ACCESS_KEY = 'bench-secret';
  const replicas = [];
  for (let index = 0; index < count; index += 1) {
    const internal = `127.0.0.1:${await freePort()}`;
    replicas.push(
      await startWheelgate(join(folder, `replica${index}`), upstream, {
        ...settings,
        more: {
          redis: { url: redis.url },
          s3: { bucket: BUCKET, endpoint: store.url },
          replica: {
            name: `replica${index}`,
            listen: internal,
            url: `http://${internal}`,
            secret: SECRET,
          },
          ...settings.more,
        },
      }),
    );
  }
  return {
    replicas,
    async end() {
      for (const server of [...replicas, redis, store]) await server.end();
    },
  };
}
