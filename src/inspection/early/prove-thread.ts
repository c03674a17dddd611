import { answerInThread } from '../../runtime/threads/answer-in-thread.js';
import { comeBehindRequests } from '../behind-requests.js';
import { DEFAULT_LIMITS, type InspectionLimits } from '../limits.js';
import { ContentProofs } from './content-proofs.js';
import { GrowingFile } from './growing-file.js';
import { proveZip } from './prove-zip.js';

/** A file that is being received. The response is a packed table of `ContentProofs`. */
export interface ProvingRequest {
  readonly path: string;
  readonly limits: Partial<InspectionLimits>;
}

export interface ProvingNews {
  /** So many bytes of the file can be read. */
  readonly arrived: number;
  /** No more bytes will arrive. */
  readonly isComplete: boolean;
}

comeBehindRequests();

answerInThread<ProvingRequest, Uint8Array, ProvingNews>(
  async ({ path, limits }, following) => {
    const file = new GrowingFile(path);
    const proofs = new ContentProofs();
    following.onNews(({ arrived, isComplete }) => {
      file.advance(arrived);
      if (isComplete) file.end();
    });
    following.onCancel(() => {
      file.advance(0);
      file.end();
    });
    await proveZip(file, { ...DEFAULT_LIMITS, ...limits }, proofs)
      // The inspection of the complete file judges the cause; earlier results remain valid.
      .catch(() => {})
      .finally(() => file.close());
    return proofs.pack();
  },
  (packed) => [packed.buffer as ArrayBuffer],
);
