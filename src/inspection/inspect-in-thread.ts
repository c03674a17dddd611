import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DistributionFilename } from '../domain/distribution-filename.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { type Proving, WorkerProver } from './early/prove-in-thread.js';
import { FindingList } from './finding-list.js';
import type { InspectionAnswer, InspectionRequest } from './inspect-thread.js';
import { type EarlyLook, INSPECTOR_VERSION, type Inspector } from './inspector.js';
import { DEFAULT_LIMITS, type InspectionLimits } from './limits.js';

export interface WorkerInspectorOptions {
  readonly limits?: Partial<InspectionLimits>;
  /** At most this many artifacts are inspected at once; the default leaves a processor to the proxy. */
  readonly workers?: number;
  /** How long a worker may overrun its own time limit before it is taken for hung, in milliseconds. */
  readonly graceMs?: number;
  /** The worker's program, for tests of what happens when it hangs or dies. */
  readonly program?: URL;
  /** The same for the threads that read ahead. */
  readonly provingProgram?: URL;
}

interface Job {
  readonly request: InspectionRequest;
  readonly settle: (inspection: Inspection) => void;
}

/**
 * An inspector over worker threads: started when needed, one artifact at a time each. A worker that dies or
 * hangs is replaced; its artifact gets the finding `inspection-failed`, no other is touched.
 */
export function createInspector(options: WorkerInspectorOptions = {}): Inspector {
  return new WorkerInspector(options);
}

class WorkerInspector implements Inspector {
  readonly #limits: Partial<InspectionLimits>;
  readonly #patienceMs: number;
  readonly #heapMb: number;
  readonly #most: number;
  readonly #program: URL;
  readonly #prover: WorkerProver | undefined;
  readonly #provings = new WeakMap<EarlyLook, Proving>();
  readonly #waiting: Job[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, (failure: string) => void>();
  #closed = false;

  constructor({
    limits = {},
    workers,
    graceMs = 5_000,
    program,
    provingProgram,
  }: WorkerInspectorOptions) {
    this.#limits = limits;
    this.#patienceMs = (limits.timeMs ?? DEFAULT_LIMITS.timeMs) + graceMs;
    this.#heapMb = limits.workerHeapMb ?? DEFAULT_LIMITS.workerHeapMb;
    this.#most = workers ?? Math.max(1, Math.min(4, availableParallelism() - 1));
    this.#program = program ?? new URL('./inspect-thread.js', import.meta.url);
    // Without inflation there is hardly anything to read before the directory is there.
    if ((limits.inflate ?? DEFAULT_LIMITS.inflate) === 'all')
      this.#prover = new WorkerProver({
        limits,
        workers: this.#most,
        patience: this.#patienceMs,
        heapMb: this.#heapMb,
        program: provingProgram,
      });
  }

  begin(path: string, { format }: DistributionFilename): EarlyLook {
    // Started meanwhile, a worker is there when the artifact is complete.
    if (this.#idle.length + this.#busy.size === 0 && !this.#closed) this.#rest(this.#start());
    const proving = format === 'zip' ? this.#prover?.begin(path) : undefined;
    const look = { arrived: proving?.arrived ?? ignore, abandon: proving?.abandon ?? ignore };
    if (proving !== undefined) this.#provings.set(look, proving);
    return look;
  }

  async inspect(
    path: string,
    artifact: ArtifactDescription,
    early?: EarlyLook,
  ): Promise<Inspection> {
    const proving = early && this.#provings.get(early);
    const proofs = await proving?.end();
    return new Promise((settle) => {
      this.#waiting.push({ request: { path, artifact, limits: this.#limits, proofs }, settle });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.settle(failed(job, 'the inspector was closed'));
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()];
    for (const fail of [...this.#busy.values()]) fail('the inspector was closed');
    await Promise.all([...workers.map((worker) => worker.terminate()), this.#prover?.close()]);
  }

  #next(): void {
    if (this.#busy.size >= this.#most) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    if (this.#closed) job.settle(failed(job, 'the inspector was closed'));
    else this.#run(this.#idle.pop() ?? this.#start(), job);
  }

  #start(): Worker {
    const worker = new Worker(this.#program, {
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb },
    });
    // Dying while idle: it is not offered again.
    worker.on('error', () => this.#forget(worker));
    worker.on('exit', () => this.#forget(worker));
    return worker;
  }

  #rest(worker: Worker): void {
    worker.unref();
    this.#idle.push(worker);
  }

  #forget(worker: Worker): void {
    const at = this.#idle.indexOf(worker);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  #run(worker: Worker, job: Job): void {
    const done = (inspection: Inspection, reusable: boolean): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      this.#busy.delete(worker);
      if (reusable && !this.#closed) this.#rest(worker);
      else void worker.terminate();
      job.settle(inspection);
      this.#next();
    };
    const fail = (why: string): void => done(failed(job, why), false);
    const onMessage = (answer: InspectionAnswer): void => {
      if ('inspection' in answer) done(answer.inspection, true);
      else done(failed(job, answer.error), true);
    };
    const onError = (error: Error): void => fail(`the inspection broke off: ${error.message}`);
    const onExit = (): void => fail('the inspection broke off');
    const timer = setTimeout(() => fail('the inspection did not come to an end'), this.#patienceMs);
    this.#busy.set(worker, fail);
    worker.ref();
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(job.request);
  }
}

function ignore(): void {}

function failed({ request: { artifact } }: Job, why: string): Inspection {
  const findings = new FindingList();
  findings.add('inspection-failed', why);
  return {
    inspector: INSPECTOR_VERSION,
    sha256: artifact.sha256,
    filename: artifact.name.filename,
    size: artifact.size,
    findings: findings.all,
    incomplete: true,
    memberDigests: '',
    memberCount: 0,
    inflatedBytes: 0,
  };
}
