import { parentPort } from 'node:worker_threads';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { comeBehindRequests } from './behind-requests.js';
import { ContentProofs } from './early/content-proofs.js';
import { inspectFile } from './inspect-file.js';
import type { InspectionLimits } from './limits.js';

/** What the pool asks of a worker; one at a time. */
export interface InspectionRequest {
  readonly path: string;
  readonly artifact: ArtifactDescription;
  readonly limits: Partial<InspectionLimits>;
  /** A packed table of `ContentProofs`, where the file was read as it came in. */
  readonly proofs: Uint8Array | undefined;
}

/** What a worker answers; `error` where the file could not be opened at all. */
export type InspectionAnswer = { readonly inspection: Inspection } | { readonly error: string };

comeBehindRequests();

parentPort?.on('message', ({ path, artifact, limits, proofs }: InspectionRequest) => {
  inspectFile(path, artifact, limits, new ContentProofs(proofs)).then(
    (inspection) => answer({ inspection }),
    (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
  );
});

function answer(message: InspectionAnswer): void {
  parentPort?.postMessage(message);
}
