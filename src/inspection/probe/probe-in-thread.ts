import type { DistributionFilename } from '../../domain/distribution-filename.js';
import { ThreadPool } from '../../runtime/threads/thread-pool.js';
import { DEFAULT_LIMITS, type InspectionLimits } from '../limits.js';
import type { Piece } from './partial-source.js';
import type { ProbeAnswer, ProbeQuestion } from './probe-zip.js';

/** Reads the pieces of wheels off the event loop. */
export interface ProbeReader {
  /** Announces a probe, so the reader can prepare. */
  expectOne(): void;
  /** Rejects where the thread dies on it. */
  read(name: DistributionFilename, size: number, pieces: readonly Piece[]): Promise<ProbeAnswer>;
  close(): Promise<void>;
}

/** One step of a probe takes milliseconds; a thread that exceeds this counts as hung, in milliseconds. */
const PATIENCE = 5_000;
const HEAP_MB = 128;

/**
 * A reader over one thread, which is started on demand. It is separate from the inspector's threads, because pages wait
 * for it.
 */
export function createProbeReader(settings: Partial<InspectionLimits> = {}): ProbeReader {
  const limits = { ...DEFAULT_LIMITS, ...settings };
  const pool = new ThreadPool<ProbeQuestion, ProbeAnswer>({
    program: new URL('./probe-thread.js', import.meta.url),
    limits: { maxOldGenerationSizeMb: HEAP_MB },
    most: 1,
  });
  return {
    expectOne: () => pool.startAhead(),
    read: (name, size, pieces) => pool.ask({ name, size, pieces, limits }, PATIENCE),
    close: () => pool.close(),
  };
}
