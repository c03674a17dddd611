import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { answerInThread } from '../runtime/threads/answer-in-thread.js';
import { comeBehindRequests } from './behind-requests.js';
import { ContentProofs } from './early/content-proofs.js';
import { inspectFile } from './inspect-file.js';
import type { InspectionLimits } from './limits.js';

export interface InspectionRequest {
  readonly path: string;
  readonly artifact: ArtifactDescription;
  readonly limits: Partial<InspectionLimits>;
  /** A packed table of `ContentProofs`, where the file was read as it came in. */
  readonly proofs: Uint8Array | undefined;
}

comeBehindRequests();

answerInThread<InspectionRequest, Inspection>(({ path, artifact, limits, proofs }) =>
  inspectFile(path, artifact, limits, new ContentProofs(proofs)),
);
