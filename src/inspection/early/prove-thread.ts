import { parentPort } from 'node:worker_threads';
import { comeBehindRequests } from '../behind-requests.js';
import { DEFAULT_LIMITS, type InspectionLimits } from '../limits.js';
import { ContentProofs } from './content-proofs.js';
import { GrowingFile } from './growing-file.js';
import { proveZip } from './prove-zip.js';

/** What the worker is told; several files are under way at once. */
export type ProvingMessage =
  | {
      readonly kind: 'begin';
      readonly id: number;
      readonly path: string;
      readonly limits: Partial<InspectionLimits>;
    }
  | { readonly kind: 'arrived'; readonly id: number; readonly bytes: number }
  /** The file is complete: answer with what it has shown. */
  | { readonly kind: 'end'; readonly id: number }
  /** Nobody will ask. */
  | { readonly kind: 'abandon'; readonly id: number };

/** What the worker answers to `end`. */
export interface ProvingAnswer {
  readonly id: number;
  /** A packed table of `ContentProofs`. */
  readonly proofs: Uint8Array;
}

interface Reading {
  readonly file: GrowingFile;
  readonly proofs: ContentProofs;
  /** Resolves at the end of what can be shown, however that came. */
  readonly done: Promise<void>;
}

comeBehindRequests();

const readings = new Map<number, Reading>();

parentPort?.on('message', (message: ProvingMessage) => {
  if (message.kind === 'begin') return begin(message);
  const reading = readings.get(message.id);
  if (reading === undefined) {
    if (message.kind === 'end') answer(message.id, new ContentProofs());
    return;
  }
  if (message.kind === 'arrived') return reading.file.advance(message.bytes);
  if (message.kind === 'abandon') reading.file.advance(0);
  reading.file.end();
  readings.delete(message.id);
  if (message.kind === 'end') void reading.done.then(() => answer(message.id, reading.proofs));
});

function begin({ id, path, limits }: Extract<ProvingMessage, { kind: 'begin' }>): void {
  let file: GrowingFile;
  try {
    file = new GrowingFile(path);
  } catch {
    // Whoever inspects the whole will say so.
    return;
  }
  const proofs = new ContentProofs();
  const done = proveZip(file, { ...DEFAULT_LIMITS, ...limits }, proofs)
    // What stopped it is judged where the whole is inspected; what was shown before holds.
    .catch(() => {})
    .finally(() => file.close());
  readings.set(id, { file, proofs, done });
}

function answer(id: number, proofs: ContentProofs): void {
  const packed = proofs.pack();
  const message: ProvingAnswer = { id, proofs: packed };
  parentPort?.postMessage(message, [packed.buffer as ArrayBuffer]);
}
