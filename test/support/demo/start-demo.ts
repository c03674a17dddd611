import { Random } from '../random.js';
import { ask, startGate, type TestGate } from '../wheelgate.js';
import { type DemoRequest, monthOf, requestAt } from './month.js';
import { demoPolicies } from './policies.js';
import { PROJECTS } from './projects.js';

export interface DemoOptions {
  /** The end of its month, in milliseconds since 1970. */
  readonly at: number;
  /** `HOST:PORT`. */
  readonly listen: string;
  /** The URL in links and in the lines for clients; by default, the listen address. */
  readonly publicUrl?: string;
  readonly days?: number;
  /** Receives the number of requests made so far. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
}

/** A Wheelgate for a look around, with invented projects and a month of requests. */
export interface Demo {
  readonly url: string;
  readonly gate: TestGate;
  /** Pages worth opening, with their topics. */
  readonly pages: readonly (readonly [what: string, path: string])[];
  /** Continues with occasional requests, so there is something to follow. */
  goOn(): void;
  close(): Promise<void>;
}

const DAY = 86_400_000;
/** The interval of the continuing requests, in milliseconds. */
const NOW_AND_THEN = 4_000;
const HOOKED = 'tidewater-2.4.1-py3-none-any.whl';

/**
 * Starts it. The server itself writes every record in its log, for an actual request; only its clock is moved.
 * @throws if it cannot listen
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { at, listen, publicUrl = `http://${listen}`, days, onProgress, signal } = options;
  const gate = await startGate({
    now: at - 30 * DAY,
    policies: demoPolicies(at),
    config: {
      listen,
      'public-url': publicUrl,
      contact: 'platform@example.com',
      'trusted-proxies': ['loopback'],
      'gate.mode': 'hold',
      'dashboard.identities': 'shown',
      'dashboard.policy-repository': 'https://git.example.com/platform/policies/waivers.yaml',
    },
    withUpstream: (url) => ({ upstreams: [{ name: 'demo-index', url }] }),
  });
  const timers: NodeJS.Timeout[] = [];
  const close = async () => {
    for (const timer of timers) clearInterval(timer);
    await gate.close();
  };
  try {
    listProjects(gate, at);
    const month = monthOf(at, days);
    for (const [index, request] of month.entries()) {
      signal?.throwIfAborted();
      gate.now = request.at;
      await make(gate, request);
      onProgress?.(index + 1, month.length);
    }
  } catch (error) {
    await close();
    throw error;
  }
  // From here on its clock runs.
  const begun = performance.now();
  const nowOf = () => at + Math.floor(performance.now() - begun);
  gate.now = at;
  timers.push(setInterval(() => (gate.now = nowOf()), 50));
  return {
    url: gate.url,
    gate,
    pages: PAGES,
    goOn() {
      const random = new Random(1);
      const again = () => make(gate, requestAt(nowOf(), at, random)).catch(() => {});
      timers.push(setInterval(() => void again(), NOW_AND_THEN));
    },
    close,
  };
}

const PAGES: Demo['pages'] = [
  ['what was refused, how often', '/?range=30d'],
  ['each refusal', '/refusals'],
  ['why a file is refused', `/projects/tidewater/files/${HOOKED}`],
  ['a project', '/projects/quickmint'],
  ['who was given what', '/exposure?project=tidewater'],
  ['the policy in force', '/policy'],
  ['decisions as they are made', '/live'],
  ['how the server is', '/health'],
  ['help', '/help'],
];

function listProjects({ upstream }: TestGate, at: number): void {
  for (const project of new Set(PROJECTS.map((file) => file.project)))
    upstream.addProject(
      project,
      PROJECTS.filter((file) => file.project === project).map(({ dist, uploaded }) => ({
        dist,
        uploadTime: new Date(at - uploaded * DAY).toISOString(),
      })),
    );
}

/** Makes a client's request. */
async function make({ url }: TestGate, { file, client }: DemoRequest): Promise<void> {
  const { user, address, agent } = client;
  await ask(`${url}/files/${file.project}/${file.dist.filename}`, {
    authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}`,
    'user-agent': agent,
    'x-forwarded-for': address,
  });
}
