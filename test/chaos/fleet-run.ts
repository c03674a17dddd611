import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startFakeS3 } from '../support/fake-s3.js';
import { type FakeUpstream, type Fault, startFakeUpstream } from '../support/fake-upstream.js';
import { Random } from '../support/random.js';
import { startRedis } from '../support/redis-servers.js';
import { ask } from '../support/wheelgate.js';
import { askFor, planFor, type Seen } from './client.js';
import { faultsOfBlob, faultsOfBlobs, recordsById, refusedDigests } from './kept.js';
import { type Edit, faultsOf, isDecided } from './oracle.js';
import { Replica } from './replicas.js';
import { costOf, type Scene, TROUBLES } from './troubles.js';
import { EDITED, type KnownFile, makeWorld } from './world.js';

export interface FleetChaosSettings {
  readonly seed: number;
  readonly replicas: number;
  /** Each with files that nobody has asked for before; beside these, one without any trouble at the beginning and the end. */
  readonly rounds: number;
  /** … and at least so long, in milliseconds. */
  readonly least?: number;
  /** How many clients ask at a time, one after the other each, and for how many files in a round. */
  readonly clients: number;
  readonly requests: number;
  /** What happens in a round. */
  readonly troubles: number;
  readonly onProgress?: (text: string) => void;
}

export interface FleetChaosReport {
  readonly rounds: number;
  readonly requests: number;
  readonly answers: Readonly<Record<string, number>>;
  /** How often each trouble happened. */
  readonly troubles: Readonly<Record<string, number>>;
  readonly edits: number;
  /** Artifacts that came in, how often all together, and how often they may have. */
  readonly artifacts: number;
  readonly transfers: number;
  readonly allowed: number;
  /** Complete answers, each of which has one record. */
  readonly recorded: number;
  /** What must not be; empty where all is well. */
  readonly wrong: readonly string[];
}

const MOST_WRONG = 50;
/**
 * Of all artifacts, the share that may come once more: who asks for one between the end of its fill and its arrival in the
 * store finds it in neither place.
 */
const AGAIN = 0.1;
/** An edit that some replica has not taken over by then never will be, in milliseconds. */
const EDIT_PATIENCE = 60_000;

/**
 * Drives several replicas over one Redis and one store into what goes wrong between them, round by round, and holds every
 * answer, what is kept, and what the index was asked for against what is known of the files.
 */
export async function runFleetChaos(settings: FleetChaosSettings): Promise<FleetChaosReport> {
  const random = new Random(settings.seed);
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-fleet-'));
  const upstream = await startFakeUpstream();
  const redis = await startRedis();
  const s3 = await startFakeS3();
  await mkdir(join(folder, 'policies'));
  const replicas: Replica[] = [];
  const scene: Scene = { random, replicas, redis, s3 };

  const answers: Record<string, number> = {};
  const troubles: Record<string, number> = {};
  const answered: string[] = [];
  const all: KnownFile[] = [];
  const wrong = new Set<string>();
  /** Told at once, for a long run may not come to its end. */
  const complain = (what: string) => {
    if (wrong.size >= MOST_WRONG || wrong.has(what)) return;
    wrong.add(what);
    settings.onProgress?.(`${new Date().toISOString()} WRONG: ${what}`);
  };
  let [rounds, requests, edits, transfers, allowed] = [0, 0, 0, 0, 0];
  let edit: Edit = 'let go';

  async function writePolicy(denied: boolean): Promise<void> {
    const deny = denied ? `[{ project: "${EDITED}*", reason: chaos }]` : '[]';
    await writeFile(join(folder, 'policies', 'own.yaml'), `deny: ${deny}\n`);
  }

  function note(seen: Seen, held: Edit, where: string): void {
    answers[seen.status] = (answers[seen.status] ?? 0) + 1;
    for (const what of faultsOf(seen, held)) complain(`${where}: ${what}`);
    if (!isDecided(seen)) return;
    const id = seen.headers['x-request-id'];
    if (typeof id === 'string') answered.push(id);
    else complain(`${where}: a ${seen.status} without a request id`);
  }

  async function client(files: readonly KnownFile[], count: { left: number }): Promise<void> {
    while (count.left > 0) {
      count.left -= 1;
      requests += 1;
      const [replica, file] = [random.pick(replicas), random.pick(files)];
      const before = edit;
      const seen = await askFor(replica.url, file, planFor(file, random));
      note(seen, before === edit ? edit : 'unknown', replica.name);
      // Who finds nobody tries again, and not at once.
      if (seen.status === 0) await pause(50);
    }
  }

  /**
   * What went wrong that nobody had arranged, in transfers that it may have cost each artifact, as the replicas count it since
   * they began: on a busy machine Redis or another replica may not answer in time.
   */
  function unforeseen(): Promise<{ pid: number | undefined; cost: number }[]> {
    return Promise.all(
      replicas.map(async ({ url, pid }) => {
        const { alone, unshared } = await failuresOf(url);
        return { pid, cost: alone + unshared * (replicas.length - 1) };
      }),
    );
  }

  /** @returns what the troubles may have cost, in transfers of each artifact */
  async function spoil(count: number): Promise<number> {
    let cost = 0;
    for (let number = 0; number < count; number += 1) {
      await pause(random.below(600));
      const name = random.pick(Object.keys(TROUBLES));
      troubles[name] = (troubles[name] ?? 0) + 1;
      settings.onProgress?.(`${new Date().toISOString()} ${name}`);
      cost += costOf(name, replicas.length);
      await TROUBLES[name]!.happen(scene);
    }
    return cost;
  }

  /** It counts once every replica says so; until then both answers are right. */
  async function editPolicy(tag: string): Promise<void> {
    edits += 1;
    const denied = edit === 'let go';
    edit = 'unknown';
    await writePolicy(denied);
    const begun = performance.now();
    const saysSo = ({ url }: Replica) =>
      ask(`${url}/simple/${EDITED}${tag}/`).then(
        ({ status, body }) => status === 200 && body.includes('chaos') === denied,
        () => false,
      );
    while (!(await Promise.all(replicas.map(saysSo))).every(Boolean)) {
      if (performance.now() - begun > EDIT_PATIENCE)
        return complain(`an edit is not in force after ${EDIT_PATIENCE / 1_000} s`);
      await pause(20);
    }
    edit = denied ? 'denied' : 'let go';
  }

  /** @param count how many troubles; with none, each artifact must come in once */
  async function round(count: number): Promise<void> {
    rounds += 1;
    const tag = `r${rounds}`;
    const files = makeWorld(upstream, random, tag);
    all.push(...files);
    const costs = new Map(
      files.map((file) => [file, count > 0 ? disturb(upstream, file, random) : 0]),
    );
    // What stalls goes on, sooner or later.
    const releasing = setInterval(() => upstream.release(), 700);
    const left = { left: settings.requests };
    const before = await unforeseen();
    const [cost] = await Promise.all([
      spoil(count),
      ...(count > 0 ? [editPolicy(tag)] : []),
      ...Array.from({ length: settings.clients }, () => client(files, left)),
    ]);
    clearInterval(releasing);
    for (const file of files) upstream.fault(file.upstreamPath, undefined);
    upstream.release();
    for (const replica of replicas) for (const file of files) await askInTheEnd(replica, file);
    // Who died meanwhile has counted anew.
    const since = (await unforeseen()).map(
      ({ pid, cost: so }, index) => so - (before[index]!.pid === pid ? before[index]!.cost : 0),
    );
    const excused = since.reduce((sum, one) => sum + one, cost as number);
    if (count === 0 && excused > 0)
      settings.onProgress?.(
        `round ${rounds}: ${excused} transfers may be for what nobody arranged`,
      );
    let again = 0;
    for (const file of files) {
      const came = upstream.requests(file.upstreamPath);
      const most = 1 + excused + costs.get(file)!;
      transfers += came;
      allowed += most;
      if (came > most) again += 1;
      if (came > most + 1) complain(`${file.dist.filename}: ${came} transfers, ${most} expected`);
    }
    if (again > files.length * AGAIN)
      complain(`round ${rounds}: ${again} of ${files.length} artifacts came once too often`);
    settings.onProgress?.(`round ${rounds}: ${requests} requests, ${wrong.size} wrong`);
  }

  /** Nothing goes wrong any more: every file has its fate at every replica. */
  async function askInTheEnd(replica: Replica, file: KnownFile): Promise<void> {
    const plan = { method: 'GET', headers: {}, leaveAfter: undefined } as const;
    const expected = expectedStatus(file);
    for (let tries = 0; ; tries += 1) {
      const seen = await askFor(replica.url, file, plan);
      note(seen, edit, `${replica.name}, in the end`);
      if (expected === undefined || seen.status === expected) return;
      // What nobody has judged yet may begin and be cut off, and an index that failed a moment ago is left alone for a while.
      const isPassing = seen.status >= 500 || (expected === 403 && !seen.complete);
      if (!isPassing || tries === 40)
        return complain(
          `${replica.name}, in the end ${file.dist.filename}: ${seen.status} in place of ${expected}`,
        );
      await pause(500);
    }
  }

  function expectedStatus({ fate }: KnownFile): number | undefined {
    if (fate === 'allowed') return 200;
    if (fate === 'edited') return edit === 'unknown' ? undefined : edit === 'denied' ? 403 : 200;
    // Their wheels have been asked for before them.
    return 403;
  }

  async function checkKept(): Promise<void> {
    const refused = refusedDigests(all);
    const records = new Map<string, number>();
    for (const { data, name } of replicas) {
      for (const what of await faultsOfBlobs(join(data, 'blobs'), refused))
        complain(`${name}: ${what}`);
      for (const [id, count] of await recordsById(data))
        records.set(id, (records.get(id) ?? 0) + count);
    }
    for (const [key, bytes] of s3.objects) {
      const [digest] = /blobs\/..\/([0-9a-f]{64})$/.exec(key)?.slice(1) ?? [];
      if (digest !== undefined)
        for (const what of faultsOfBlob(digest, bytes, refused)) complain(`s3: ${what}`);
    }
    for (const id of new Set(answered)) {
      const count = records.get(id) ?? 0;
      if (count !== 1) complain(`${count} records of the complete answer ${id}`);
    }
    for (const replica of replicas)
      for (const [line] of replica
        .log()
        .matchAll(/^.*(?:uncaught exception|unhandled rejection).*$/gm))
        complain(`${replica.name}: ${line}`);
  }

  try {
    await writePolicy(false);
    for (let number = 0; number < settings.replicas; number += 1)
      replicas.push(
        await Replica.start(`replica-${number}`, {
          folder,
          upstream: upstream.url,
          redis: redis.url,
          s3: s3.url,
        }),
      );
    await round(0);
    const begun = performance.now();
    while (rounds <= settings.rounds || performance.now() - begun < (settings.least ?? 0))
      await round(settings.troubles);
    // As an upgrade does it; nothing of what went wrong is remembered.
    for (const replica of replicas) {
      await replica.end('SIGTERM');
      await replica.begin();
    }
    await round(0);
    for (const replica of replicas) await replica.end('SIGTERM');
    await checkKept();
    return {
      rounds,
      requests,
      answers,
      troubles,
      edits,
      artifacts: all.length,
      transfers,
      allowed,
      recorded: answered.length,
      wrong: [...wrong],
    };
  } finally {
    redis.resume();
    for (const replica of replicas) await replica.close();
    await redis.close();
    await s3.close();
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How often a replica went on alone in a fill, and did not find or leave an artifact in the store for a failure of that. */
async function failuresOf(url: string): Promise<{ alone: number; unshared: number }> {
  const text = (await ask(`${url}/metrics`)).body.toString();
  const value = (series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')[1] ?? 0,
    );
  return {
    alone: value('wheelgate_fills_total{lease="none"}'),
    unshared:
      value('wheelgate_shared_puts_total{result="failed"}') +
      value('wheelgate_shared_puts_total{result="skipped"}') +
      value('wheelgate_cache_requests_total{tier="s3",result="failed"}'),
  };
}

/** Sometimes the index fails a file once. @returns what that may cost, in transfers */
function disturb(
  upstream: FakeUpstream,
  { upstreamPath, dist }: KnownFile,
  random: Random,
): number {
  if (!random.chance(0.3)) return 0;
  const after = random.below(dist.bytes.length);
  const fault = random.pick<Fault>([
    { kind: 'drop' },
    { kind: 'truncate', after },
    { kind: 'break', after },
    { kind: 'corrupt', at: after },
    { kind: 'status', status: 503 },
    { kind: 'stall', after },
  ]);
  upstream.fault(upstreamPath, fault, 1);
  return 1;
}
