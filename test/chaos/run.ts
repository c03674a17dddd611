import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { POLICY_IN_FORCE } from '../../src/messages/start.js';
import { startFakeUpstream } from '../support/fake-upstream.js';
import { freePort } from '../support/free-port.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { childrenOf, heedsHangUp, signal } from '../support/processes.js';
import { Random } from '../support/random.js';
import { ask } from '../support/wheelgate.js';
import { askFor, planFor, type Seen } from './client.js';
import { anyFault } from './index-faults.js';
import { faultsOfBlobs, recordsById, refusedDigests } from './kept.js';
import { type Edit, faultsOf, isDecided, LAST_BLOCK } from './oracle.js';
import { EDITED, type KnownFile, makeWorld } from './world.js';

export interface ChaosSettings {
  readonly seed: number;
  /** How many clients ask, one after the other each, until so many requests are answered … */
  readonly clients: number;
  readonly requests: number;
  /** … and at least so long, in milliseconds. */
  readonly least?: number;
  /** 1 for one process that does everything. */
  readonly workers: number;
  /** What happens once in so many requests: a fault of the index, a policy edit, a death, a worker that is stopped for a while. */
  readonly faultEvery: number;
  readonly editEvery: number;
  readonly killEvery: number;
  readonly hangEvery: number;
  readonly onProgress?: (text: string) => void;
}

export interface ChaosReport {
  readonly requests: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly faults: number;
  readonly edits: number;
  readonly kills: number;
  readonly hangs: number;
  /** Milliseconds from the longest edit's save until it was told to be in force. */
  readonly slowestEdit: number;
  /** Decision records, and the complete answers for files that each have one. */
  readonly records: number;
  readonly recorded: number;
  /** Of the last life of the process: resident memory in MiB and open descriptors, at its begin and end. */
  readonly memory: readonly [number, number];
  readonly descriptors: readonly [number, number];
  /** What must not be; empty where all is well. */
  readonly wrong: readonly string[];
}

/** An edit that some process has not taken over by then never will be, in milliseconds. */
const EDIT_PATIENCE = 60_000;
/** More than this many would say nothing more. */
const MOST_WRONG = 50;

/**
 * Drives a whole Wheelgate, as processes, into whatever goes wrong on the way of a package, and holds every answer against
 * what is known of the file: its bytes, its fate under the policy, the record of the decision.
 */
export async function runChaos(settings: ChaosSettings): Promise<ChaosReport> {
  const random = new Random(settings.seed);
  const upstream = await startFakeUpstream();
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-chaos-'));
  const files = makeWorld(upstream, random);
  const answers: Record<string, number> = {};
  const wrong = new Set<string>();
  /** Told at once, for a long run may not come to its end. */
  const complain = (what: string) => {
    if (wrong.size >= MOST_WRONG || wrong.has(what)) return;
    wrong.add(what);
    settings.onProgress?.(`${new Date().toISOString()} WRONG: ${what}`);
  };
  const answered: string[] = [];
  let [requests, faults, edits, kills, hangs, slowestEdit] = [0, 0, 0, 0, 0, 0];
  let edit: Edit = 'let go';
  let gate: GateProcess;
  /** Clients wait while there is none to ask. */
  let alive: Promise<void> = Promise.resolve();
  /** Workers that do nothing for a while. */
  let hanging: Promise<void> = Promise.resolve();
  let [nextEdit, nextKill] = [settings.editEvery, settings.killEvery];

  await mkdir(join(folder, 'policies'));
  let [isStarting, isHalfSaved] = [true, false];
  /** Sometimes half of it is there for a while; not for a server that starts, which would be right not to. */
  async function writePolicy(denied: boolean): Promise<void> {
    const file = join(folder, 'policies', 'own.yaml');
    const text = denied ? `deny: [{ project: ${EDITED}, reason: chaos }]\n` : 'deny: []\n';
    if (random.chance(0.3) && !isStarting) {
      isHalfSaved = true;
      await writeFile(file, text.slice(0, text.length / 2));
      await pause(random.below(1_000));
    }
    await writeFile(file, text);
    isHalfSaved = false;
  }
  await writeFile(join(folder, 'policies', 'own.yaml'), 'deny: []\n');
  const port = await freePort();
  async function start(): Promise<GateProcess> {
    isStarting = true;
    while (isHalfSaved) await pause(10);
    const started = await startGateProcess({
      folder,
      // Somebody reloads it while it begins.
      onStart: (pid) => void reloadSoon(pid, random.below(1_500)),
      args: [
        ...['--upstream', upstream.url, '--policies', 'policies'],
        ...['--workers', String(settings.workers)],
        // One of its own: where all workers die at once, port 0 would become another.
        ...['--listen', `127.0.0.1:${port}`],
      ],
      env: {
        WHEELGATE_GATE_HOLD_BYTES: '200KB',
        WHEELGATE_GATE_HOLD_TIME: '100ms',
        WHEELGATE_GATE_LAST_BLOCK: String(LAST_BLOCK),
        WHEELGATE_CACHE_DISK: '8MiB',
        WHEELGATE_CACHE_MEMORY: '1MiB',
        WHEELGATE_CACHE_MIN_FREE: '0',
        WHEELGATE_CACHE_PAGE_TTL: '1s',
        WHEELGATE_DECISIONS_MAX_BYTES: '100KB',
        WHEELGATE_DECISIONS_KEEP: '100000',
      },
    });
    isStarting = false;
    return started;
  }
  gate = await start();
  let begin = await measure(gate.pid);

  async function client(): Promise<void> {
    const begun = performance.now();
    while (requests < settings.requests || performance.now() - begun < (settings.least ?? 0)) {
      requests += 1;
      const at = requests;
      if (at % 500 === 0) settings.onProgress?.(`${at} requests, ${wrong.size} wrong`);
      const file = random.pick(files);
      await alive;
      const before = edit;
      const seen = await askFor(gate.url, file, planFor(file, random));
      const held = before === edit ? edit : 'unknown';
      answers[seen.status] = (answers[seen.status] ?? 0) + 1;
      for (const what of faultsOf(seen, held)) complain(what);
      noteRecord(seen);
      await trouble(at);
    }
  }

  /** A complete answer has been written down before its last byte: the log must have it, whatever dies now. */
  function noteRecord(seen: Seen): void {
    const { status, headers } = seen;
    const id = headers['x-request-id'];
    if (!isDecided(seen)) return;
    if (typeof id === 'string') answered.push(id);
    else complain(`a ${status} without a request id`);
  }

  async function trouble(at: number): Promise<void> {
    if (at % settings.faultEvery === 0) disturb();
    if (at % settings.hangEvery === 0) await hang();
    if (at >= nextEdit) {
      nextEdit = Number.POSITIVE_INFINITY;
      await editPolicy();
      nextEdit = requests + settings.editEvery;
    }
    if (at >= nextKill) {
      nextKill = Number.POSITIVE_INFINITY;
      await kill();
      nextKill = requests + settings.killEvery;
    }
  }

  function disturb(): void {
    faults += 1;
    const file = random.pick(files);
    const ofPage = random.chance(0.2);
    const path = ofPage ? `/simple/${file.project}/` : file.upstreamPath;
    upstream.fault(path, anyFault(random, file, ofPage));
    // It passes, as faults do; what stalls goes on.
    setTimeout(() => {
      upstream.fault(path, undefined);
      upstream.release();
    }, 50 + random.below(300));
  }

  /** An edit counts from the moment that it is told to be in force; while it is on its way, both answers are right. */
  async function editPolicy(): Promise<void> {
    edits += 1;
    const denied = edit === 'let go';
    edit = 'unknown';
    // One that goes on just before the edit is in force answers by what was before, and rightly.
    await hanging;
    const goOn = await stopOne();
    // What it has begun with is told of, too, and is no answer to the edit.
    while (toldOf(gate) === undefined) await pause(5);
    const [asked, before] = [gate, toldOf(gate)];
    await writePolicy(denied);
    const begun = performance.now();
    // One that has begun meanwhile tells of what it found, which may be this edit or not yet.
    while (asked === gate ? toldOf(gate) === before : !(await everybodySays(denied))) {
      if (performance.now() - begun > EDIT_PATIENCE) {
        complain(
          `an edit (${denied ? 'deny' : 'let go'}) is not in force after ${EDIT_PATIENCE / 1_000} s: ${gate.log().slice(-2_000)}`,
        );
        return goOn();
      }
      await pause(5);
    }
    if (asked === gate) slowestEdit = Math.max(slowestEdit, Math.round(performance.now() - begun));
    edit = denied ? 'denied' : 'let go';
    await goOn();
  }

  /**
   * Stops a worker that has connections which are kept, so that it misses an edit.
   * @returns asks on these, lets it go on, and holds what comes against the edit
   */
  async function stopOne(): Promise<() => Promise<void>> {
    const workers = settings.workers > 1 ? await childrenOf(gate.pid) : [];
    const agent = new Agent({ keepAlive: true });
    const [file] = files.filter(({ fate }) => fate === 'edited').slice(-1);
    const plan = { method: 'GET', headers: {}, leaveAfter: undefined } as const;
    const askEach = () =>
      Array.from({ length: 8 }, () => {
        const each = { isOver: false, seen: askFor(gate.url, file!, plan, agent) };
        void each.seen.then(() => {
          each.isOver = true;
        });
        return each;
      });
    if (workers.length === 0) return async () => {};
    const [one, asking] = [random.pick(workers), gate];
    await Promise.all(askEach().map(({ seen }) => seen));
    if (asking !== gate || isStarting) return async () => {};
    signal(one, 'SIGSTOP');
    await pause(50);
    // These lie with it before any word of the edit does: it reads them first when it goes on.
    const asked = askEach();
    // What lies with others is answered before the edit, however busy the machine is: it was judged before it.
    for (let over = -1; over !== asked.filter(({ isOver }) => isOver).length; await pause(500))
      over = asked.filter(({ isOver }) => isOver).length;
    return async () => {
      const before = edit;
      const waiting = [...asked.filter(({ isOver }) => !isOver), ...askEach()];
      await pause(50);
      signal(one, 'SIGCONT');
      for (const each of waiting) {
        const seen = await each.seen;
        noteRecord(seen);
        for (const what of faultsOf(seen, before)) complain(`after a stop: ${what}`);
      }
      agent.destroy();
    };
  }

  /** Which policy a server has told of last: whoever reloads it is told again of one that has not changed. */
  function toldOf(server: GateProcess): string | undefined {
    const lines = server.log().split('\n');
    const last = lines.findLast((line) => line.includes(POLICY_IN_FORCE));
    return /"revision":"(\w+)"/.exec(last ?? '')?.[1];
  }

  /** A worker does nothing for a while, and goes on: it may have missed an edit, and has connections that wait. */
  async function hang(): Promise<void> {
    const workers = settings.workers > 1 ? await childrenOf(gate.pid) : [];
    if (workers.length === 0 || edit === 'unknown') return;
    hangs += 1;
    const one = random.pick(workers);
    signal(one, 'SIGSTOP');
    const goesOn = pause(200 + random.below(3_000)).then(() => signal(one, 'SIGCONT'));
    hanging = Promise.all([hanging, goesOn]).then(() => {});
  }

  /** Whether all of many connections, which reach all workers, are answered by the edit. */
  async function everybodySays(denied: boolean): Promise<boolean> {
    const probes = settings.workers === 1 ? 1 : 12;
    const pages = await Promise.all(
      Array.from({ length: probes }, () =>
        ask(`${gate.url}/simple/${EDITED}/`).catch(() => undefined),
      ),
    );
    return pages.every((page) => page?.status === 200 && page.body.includes('chaos') === denied);
  }

  async function kill(): Promise<void> {
    noteErrors();
    kills += 1;
    const workers = settings.workers > 1 ? await childrenOf(gate.pid) : [];
    if (workers.length > 0 && random.chance(0.6)) {
      process.kill(random.pick(workers), 'SIGKILL');
      return;
    }
    isStarting = true;
    const ended = gate.end('SIGKILL');
    // One that is stopped would not notice that it is alone, and keep its connections and the server's output open.
    for (const worker of workers) signal(worker, 'SIGCONT');
    alive = ended.then(async () => {
      gate = await start();
      begin = await measure(gate.pid);
    });
    await alive;
  }

  try {
    await Promise.all(Array.from({ length: settings.clients }, client));
    await checkWhenQuiet();
    const end = await measure(gate.pid);
    await gate.end('SIGTERM');
    noteErrors();
    await checkBlobs();
    const records = await recordsById(join(folder, 'data'));
    for (const id of new Set(answered)) {
      const count = records.get(id) ?? 0;
      if (count !== 1) complain(`${count} records of the complete answer ${id}`);
    }
    return {
      requests,
      answers,
      faults,
      edits,
      kills,
      hangs,
      slowestEdit,
      records: [...records.values()].reduce((sum, count) => sum + count, 0),
      recorded: answered.length,
      memory: [begin.memory, end.memory],
      descriptors: [begin.descriptors, end.descriptors],
      wrong: [...wrong],
    };
  } finally {
    await gate.end('SIGKILL');
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  }

  /** What nobody expected ends a process, and must not come of anything that happens here. */
  function noteErrors(): void {
    for (const [line] of gate.log().matchAll(/^.*(?:uncaught exception|unhandled rejection).*$/gm))
      complain(line);
  }

  /** A worker that was just killed may take one question with it, as a client would ask again. */
  async function askWhole(file: KnownFile): Promise<Seen> {
    const plan = { method: 'GET', headers: {}, leaveAfter: undefined } as const;
    const seen = await askFor(gate.url, file, plan);
    return seen.status === 0 && !seen.hung ? askFor(gate.url, file, plan) : seen;
  }

  /** Once nothing goes wrong any more, every file has its fate. */
  async function checkWhenQuiet(): Promise<void> {
    for (const file of files) upstream.fault(file.upstreamPath, undefined);
    for (const { project } of files) upstream.fault(`/simple/${project}/`, undefined);
    upstream.release();
    for (const file of files) {
      const expected = expectedStatus(file);
      let seen = await askOnceMore(file);
      // On a slow machine one that nobody has judged yet may begin, and is cut off: from then on it is known.
      if (expected === 403 && seen.status === 200 && !seen.complete) seen = await askOnceMore(file);
      if (expected !== undefined && seen.status !== expected)
        complain(`in the end ${file.dist.filename}: ${seen.status} in place of ${expected}`);
    }
  }

  async function askOnceMore(file: KnownFile): Promise<Seen> {
    const seen = await askWhole(file);
    noteRecord(seen);
    for (const what of faultsOf(seen, edit)) complain(`in the end ${what}`);
    return seen;
  }

  function expectedStatus({ fate }: KnownFile): number | undefined {
    if (fate === 'allowed') return 200;
    if (fate === 'edited') return edit === 'unknown' ? undefined : edit === 'denied' ? 403 : 200;
    // Their wheels have been asked for before them.
    return 403;
  }

  async function checkBlobs(): Promise<void> {
    for (const what of await faultsOfBlobs(join(folder, 'data', 'blobs'), refusedDigests(files)))
      complain(what);
  }
}

/** Sends SIGHUP, at the earliest once the process listens for it. */
async function reloadSoon(pid: number, after: number): Promise<void> {
  while (signal(pid, 0) && !(await heedsHangUp(pid))) await pause(10);
  await pause(after);
  signal(pid, 'SIGHUP');
}

/** Resident memory of a process and its children, in MiB, and open descriptors; zeros where there is no /proc. */
async function measure(pid: number): Promise<{ memory: number; descriptors: number }> {
  let [memory, descriptors] = [0, 0];
  for (const each of [pid, ...(await childrenOf(pid).catch(() => []))]) {
    const status = await readFile(`/proc/${each}/status`, 'utf8').catch(() => '');
    memory += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    descriptors += (await readdir(`/proc/${each}/fd`).catch(() => [])).length;
  }
  return { memory: Math.round(memory), descriptors };
}
