import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifyProvenance } from '../../src/attestations/verify-in-thread.js';
import { compose, type Wheelgate } from '../../src/compose/compose.js';
import { loadConfig } from '../../src/config/load.js';
import type { DecisionRecord } from '../../src/decisions/record.js';
import { createLog } from '../../src/runtime/log.js';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.js';

export interface TestGateOptions {
  /** Policy files by name. */
  readonly policies?: Readonly<Record<string, string>>;
  /** Settings by path: `{ 'gate.hold-bytes': 1000 }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Settings that need the fake upstream's URL. */
  readonly withUpstream?: (url: string) => Readonly<Record<string, unknown>>;
  /** The verification result of a provenance document, in place of sigstore's keys. */
  readonly verifyProvenance?: VerifyProvenance;
  /** The initial time of its clock, in milliseconds since 1970. */
  readonly now?: number;
  /** An existing data folder; by default a new one, removed on close. */
  readonly data?: string;
}

/** A complete Wheelgate on loopback with a fake upstream and a clock that the test moves. */
export interface TestGate {
  readonly url: string;
  readonly upstream: FakeUpstream;
  readonly gate: Wheelgate;
  readonly folder: string;
  /** The gate's time, in milliseconds since 1970. */
  now: number;
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
  writePolicy(name: string, text: string): Promise<void>;
  decisions(): Promise<DecisionRecord[]>;
  metric(name: string): Promise<string[]>;
  /** Changes settings, by path, from the next start on. */
  configure(config: Readonly<Record<string, unknown>>): void;
  /** Stops the gate and starts a new one with the same folder and upstream. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  /** The reason phrase. */
  readonly phrase: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** Whether the response ended normally; false if the connection was cut. */
  readonly complete: boolean;
  json(): any;
}

export async function startGate(options: TestGateOptions = {}): Promise<TestGate> {
  const upstream = await startFakeUpstream();
  const folder = options.data ?? (await mkdtemp(join(tmpdir(), 'wheelgate-test-')));
  const policies = join(folder, 'policies');
  await mkdir(policies, { recursive: true });
  for (const [name, text] of Object.entries(options.policies ?? { 'none.yaml': 'deny: []' }))
    await writeFile(join(policies, name), text);
  const test: Mutable<TestGate> = {
    url: '',
    upstream,
    folder,
    now: options.now ?? Date.UTC(2026, 10, 1),
    gate: undefined as unknown as Wheelgate,
    get: (path, headers, method) => ask(test.url + path, headers, method),
    async writePolicy(name, text) {
      await writeFile(join(policies, name), text);
      if (!(await test.gate.policies.reload())) throw new Error(`${name} does not validate`);
    },
    async decisions() {
      const file = join(folder, 'data', 'decisions.jsonl');
      const text = await readFile(file, 'utf8').catch(() => '');
      // The part after the last line end is still being written.
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as DecisionRecord);
    },
    async metric(name) {
      const text = (await test.get('/metrics')).body.toString();
      return text.split('\n').filter((line) => line.startsWith(name));
    },
    configure(config) {
      changed = { ...changed, ...config };
    },
    async restart(meanwhile) {
      await test.gate.close();
      await meanwhile?.();
      await start();
    },
    async close() {
      upstream.release();
      await test.gate.close();
      await upstream.close();
      if (options.data === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
  let changed: Readonly<Record<string, unknown>> = {};
  async function start(): Promise<void> {
    const file = join(folder, 'wheelgate.yaml');
    const settings = {
      listen: '127.0.0.1:0',
      data: join(folder, 'data'),
      policies,
      upstreams: [{ name: 'fake', url: upstream.url }],
      'cache.min-free': 0,
      'feed.url': 'none',
      'server.shutdown-grace': '2s',
      'attestations.update-keys': false,
      // The upstream receives only the clients' requests.
      prefetch: 'off',
      'probe.action': 'off',
      'probe.ahead': 'off',
      ...options.config,
      ...options.withUpstream?.(upstream.url),
      ...changed,
    };
    // JSON is YAML.
    await writeFile(file, JSON.stringify(nested(settings)));
    const config = loadConfig({ file, env: {} });
    test.gate = await compose(config, {
      now: () => test.now,
      // Delays the first sync of the feed beyond the end of any test.
      random: () => 1_000,
      env: {},
      log: createLog(process.env.WHEELGATE_TEST_LOG ? 'debug' : 'silent'),
      ...(options.verifyProvenance && { verifyProvenance: options.verifyProvenance }),
    });
    const { port } = await test.gate.listen();
    test.url = `http://127.0.0.1:${port}`;
  }
  try {
    await start();
  } catch (error) {
    // An open upstream would keep the test's process alive.
    await upstream.close();
    if (options.data === undefined) await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return test;
}

/** `{ 'a.b': 1 }` as `{ a: { b: 1 } }`. */
function nested(settings: Readonly<Record<string, unknown>>): object {
  const tree: Record<string, Record<string, unknown> | unknown> = {};
  for (const [path, value] of Object.entries(settings)) {
    const [section = '', key] = path.split('.');
    if (key === undefined) tree[section] = value;
    else tree[section] = { ...(tree[section] as object), [key]: value };
  }
  return tree;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * One request with its received body, on a separate connection.
 * @param target the request line's path as written, which `new URL` would normalise
 */
export function ask(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
  target = targetOf(url),
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const options = { hostname, port, path: target, method, headers, agent: false };
    const req = request(options, (res) => {
      const chunks: Buffer[] = [];
      const done = () => {
        const body = Buffer.concat(chunks);
        resolve({
          status: res.statusCode ?? 0,
          phrase: res.statusMessage ?? '',
          headers: res.headers,
          body,
          complete: res.complete,
          json: () => JSON.parse(body.toString('utf8')),
        });
      };
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', done);
      res.on('error', done);
    });
    req.on('error', reject);
    req.end();
  });
}

function targetOf(url: string): string {
  const { port } = new URL(url);
  return url.slice(url.indexOf(port) + port.length);
}
