import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { answerInThread } from '../runtime/threads/answer-in-thread.js';
import { comeBehindRequests } from './behind-requests.js';
import { bufferSource } from './byte-source.js';
import { ContentProofs } from './early/content-proofs.js';
import { inspectFile, inspectSource } from './inspect-file.js';
import type { Inspectable } from './inspector.js';
import type { InspectionLimits } from './limits.js';

export interface InspectionRequest {
  readonly at: Inspectable;
  readonly artifact: ArtifactDescription;
  readonly limits: Partial<InspectionLimits>;
  /** A packed table of `ContentProofs`, if it was read during the transfer. */
  readonly proofs: Uint8Array | undefined;
}

comeBehindRequests();

answerInThread<InspectionRequest, Inspection>(({ at, artifact, limits, proofs }) => {
  const proven = new ContentProofs(proofs);
  return typeof at === 'string'
    ? inspectFile(at, artifact, limits, proven)
    : inspectSource(bufferSource(new Uint8Array(at)), artifact, limits, proven);
});
