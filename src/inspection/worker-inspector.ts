import { Worker } from 'node:worker_threads';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { CODES, type FindingCode } from './codes.js';
import { INSPECTOR_VERSION, type Inspector } from './inspector.js';
import { DEFAULT_LIMITS, type InspectionLimits } from './limits.js';
import { shown } from './report.js';
import type { Job, JobAnswer } from './worker.js';

export interface WorkerInspectorSettings {
  readonly limits?: Partial<InspectionLimits>;
  /** Inspections at the same time; further ones wait. */
  readonly workers: number;
  /** The worker's file; a test hands in one that misbehaves. */
  readonly workerFile?: URL;
}

/** What a worker gets beyond its own time limit before it is taken for hung, in milliseconds. */
const GRACE = 5_000;
/** A worker's heap, in MiB. Archives are read in pieces; a larger need is an attack. */
const HEAP_MB = 256;

interface Waiting {
  readonly job: Job;
  readonly resolve: (inspection: Inspection) => void;
}

/**
 * Inspects in worker threads. A worker that hangs, dies or runs out of memory is replaced, and what it was
 * looking at is refused; the next artifact does not notice.
 */
export class WorkerInspector implements Inspector {
  readonly #limits: InspectionLimits;
  readonly #settings: WorkerInspectorSettings;
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting[] = [];
  #running = 0;
  #closed = false;

  constructor(settings: WorkerInspectorSettings) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
  }

  inspect(path: string, artifact: ArtifactDescription): Promise<Inspection> {
    return new Promise((resolve) => {
      this.#queue.push({ job: { path, artifact, limits: this.#limits }, resolve });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  #next(): void {
    while (this.#running < this.#settings.workers) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#running += 1;
      void this.#run(waiting).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #run({ job, resolve }: Waiting): Promise<void> {
    const worker = this.#idle.pop() ?? this.#start();
    const answer = await ask(worker, job);
    if ('inspection' in answer && !this.#closed) this.#idle.push(worker);
    else await worker.terminate();
    resolve('inspection' in answer ? answer.inspection : failed(job, answer));
  }

  #start(): Worker {
    const file = this.#settings.workerFile ?? new URL('./worker.js', import.meta.url);
    const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    // An idle worker must not keep the process, nor end it when it dies.
    worker.unref();
    worker.on('error', () => {
      const at = this.#idle.indexOf(worker);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    return worker;
  }
}

type Answer = JobAnswer | { readonly code: FindingCode; readonly error: string };

function ask(worker: Worker, job: Job): Promise<Answer> {
  return new Promise((resolve) => {
    const late = setTimeout(
      () => settle({ code: 'inspection-limit-time', error: `it took over ${job.limits.time} ms` }),
      job.limits.time + GRACE,
    );
    const onMessage = (answer: JobAnswer) => settle(answer);
    const onError = (error: Error) => settle({ error: error.message });
    const onExit = (code: number) => settle({ error: `the worker ended with exit code ${code}` });
    function settle(answer: Answer): void {
      clearTimeout(late);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
      resolve(answer);
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    worker.postMessage(job);
  });
}

/** What stands in for findings that nobody could make. */
function failed({ artifact }: Job, answer: { code?: FindingCode; error?: string }): Inspection {
  const code = answer.code ?? 'inspection-failed';
  const detail = `looking at it failed: ${shown(answer.error ?? 'no answer')}`;
  return {
    inspector: INSPECTOR_VERSION,
    sha256: artifact.sha256,
    filename: artifact.name.filename,
    size: artifact.size,
    findings: [{ code, rule: CODES[code].rule, detail }],
    memberDigests: '',
    memberCount: 0,
    inflatedBytes: 0,
  };
}
