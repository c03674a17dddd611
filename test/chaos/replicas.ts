import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { S3_CREDENTIALS } from '../support/s3-servers.js';
import { type Link, startLink } from './link.js';
import { LAST_BLOCK } from './oracle.js';

/** What several replicas share. */
export interface Shared {
  readonly folder: string;
  readonly upstream: string;
  readonly redis: string;
  readonly s3: string;
}

/** One of several: a process that dies and comes back at the same address, and the others' way to it. */
export class Replica {
  readonly name: string;
  readonly data: string;
  readonly link: Link;
  readonly #shared: Shared;
  readonly #port: string;
  readonly #internal: string;
  #gate: GateProcess | undefined;
  /** Of those that have ended. */
  #said = '';

  private constructor(name: string, shared: Shared, link: Link, port: string, internal: string) {
    this.name = name;
    this.data = join(shared.folder, name, 'data');
    this.link = link;
    this.#shared = shared;
    this.#port = port;
    this.#internal = internal;
  }

  static async start(name: string, shared: Shared): Promise<Replica> {
    await mkdir(join(shared.folder, name), { recursive: true });
    const internal = await freePort();
    const link = await startLink(Number(internal));
    const replica = new Replica(name, shared, link, await freePort(), internal);
    await replica.begin();
    return replica;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#gate?.pid;
  }

  log(): string {
    return this.#said + (this.#gate?.log() ?? '');
  }

  async begin(): Promise<void> {
    const { upstream, redis, s3, folder } = this.#shared;
    this.#gate = await startGateProcess({
      folder: join(folder, this.name),
      args: [
        ...['--upstream', upstream, '--policies', join(folder, 'policies')],
        ...['--listen', `127.0.0.1:${this.#port}`, '--redis', redis],
        ...['--s3', `s3://wheels?endpoint=${s3}`],
      ],
      env: {
        ...S3_CREDENTIALS,
        WHEELGATE_REPLICA_NAME: this.name,
        WHEELGATE_REPLICA_LISTEN: `127.0.0.1:${this.#internal}`,
        WHEELGATE_REPLICA_URL: `http://${this.link.address}`,
        WHEELGATE_REPLICA_SECRET: 'that-all-of-them-have-and-nobody-else',
        WHEELGATE_GATE_HOLD_BYTES: '200KB',
        WHEELGATE_GATE_HOLD_TIME: '100ms',
        WHEELGATE_GATE_LAST_BLOCK: String(LAST_BLOCK),
        WHEELGATE_CACHE_MEMORY: '1MiB',
        WHEELGATE_CACHE_MIN_FREE: '0',
        WHEELGATE_CACHE_PAGE_TTL: '1s',
        WHEELGATE_SERVER_SHUTDOWN_GRACE: '5s',
      },
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const gate = this.#gate;
    if (gate === undefined) return;
    this.#gate = undefined;
    await gate.end(signal);
    this.#said += gate.log();
  }

  /** It does nothing for so many milliseconds, and goes on. */
  async hold(milliseconds: number): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    await pause(milliseconds);
    process.kill(pid, 'SIGCONT');
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    await this.link.close();
  }
}
