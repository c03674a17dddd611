import { Worker } from 'node:worker_threads';
import type { Attestation } from '../domain/attestation.js';
import type { Artifact } from './statement.js';
import type { VerificationRequest } from './verify-thread.js';

/**
 * Makes of a provenance document what it is worth for a file. Never rejects: where it cannot be verified for a fault of
 * ours, nothing is held against the file (`unreachable`).
 */
export type VerifyProvenance = (document: Uint8Array, artifact: Artifact) => Promise<Attestation>;

export interface ProvenanceVerifier {
  readonly verify: VerifyProvenance;
  close(): Promise<void>;
}

export interface WorkerVerifierOptions {
  /** The keys to verify with, as the text of a `trusted_root.json`; asked for each document. */
  readonly keys: () => string;
  /** How long one document may take, in milliseconds; an honest one takes some 10. */
  readonly patience?: number;
  /** The worker's program, for tests of what happens when it hangs or dies. */
  readonly program?: URL;
}

/** More than a document and the libraries take, in MiB; the young part is small, because its garbage is. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

/**
 * Verifies in a thread, one document after the other: requests go on meanwhile, whatever a document does to the
 * libraries. The thread is started by the first document. One that hangs or dies is replaced; what its document is
 * worth is not known then.
 */
export function createVerifier(options: WorkerVerifierOptions): ProvenanceVerifier {
  const verifier = new WorkerVerifier(options);
  return {
    verify: (document, artifact) => verifier.verify(document, artifact),
    close: () => verifier.close(),
  };
}

class WorkerVerifier {
  readonly #keys: () => string;
  readonly #patience: number;
  readonly #program: URL;
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ keys, patience = 10_000, program }: WorkerVerifierOptions) {
    this.#keys = keys;
    this.#patience = patience;
    this.#program = program ?? new URL('./verify-thread.js', import.meta.url);
  }

  verify(document: Uint8Array, artifact: Artifact): Promise<Attestation> {
    const turn = this.#turn
      .then(() => this.#ask({ document, artifact, keys: this.#keys() }))
      // Keys that cannot be read, a thread that cannot be started.
      .catch((error: Error) => failed(error.message));
    this.#turn = turn;
    return turn;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    await this.#turn;
  }

  #ask(request: VerificationRequest): Promise<Attestation> {
    if (this.#closed) return Promise.resolve(failed('the verifier was closed'));
    const worker = this.#worker ?? this.#start();
    return new Promise((settle) => {
      const done = (attestation: Attestation, reusable: boolean): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        worker.unref();
        if (!reusable) {
          this.#worker = undefined;
          void worker.terminate();
        }
        settle(attestation);
      };
      const onMessage = (attestation: Attestation): void => done(attestation, true);
      const onError = ({ message }: Error): void => done(failed(message), false);
      const onExit = (): void => done(failed('it ended'), false);
      const timer = setTimeout(() => done(failed('it did not end'), false), this.#patience);
      worker.ref();
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { resourceLimits: LIMITS });
    const forget = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    // Dying while idle: the next document gets another.
    worker.on('error', forget).on('exit', forget);
    this.#worker = worker;
    return worker;
  }
}

function failed(why: string): Attestation {
  return { kind: 'unreachable', reason: `the verification broke off: ${why}` };
}
