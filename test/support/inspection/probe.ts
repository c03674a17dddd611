import assert from 'node:assert/strict';
import { parseDistributionFilename } from '../../../src/domain/distribution-filename.js';
import { DEFAULT_LIMITS, type InspectionLimits } from '../../../src/inspection/limits.js';
import type { Piece, Stretch } from '../../../src/inspection/probe/partial-source.js';
import { type ProbeAnswer, probeZip, TAIL_BYTES } from '../../../src/inspection/probe/probe-zip.js';

export interface Probed {
  readonly answer: Exclude<ProbeAnswer, { kind: 'more' }>;
  /** The parts that were read, in order. */
  readonly read: readonly Stretch[];
}

/** Probes bytes like a file on a server that supports ranges. */
export async function probeBytes(
  bytes: Uint8Array,
  filename: string,
  limits: Partial<InspectionLimits> = {},
): Promise<Probed> {
  const name = parseDistributionFilename(filename)!;
  const size = bytes.length;
  const read: Stretch[] = [{ from: Math.max(0, size - TAIL_BYTES), to: size }];
  for (;;) {
    const pieces = read.map(({ from, to }): Piece => ({ at: from, bytes: bytes.slice(from, to) }));
    const question = { name, size, pieces, limits: { ...DEFAULT_LIMITS, ...limits } };
    const answer = await probeZip(question);
    if (answer.kind !== 'more') return { answer, read };
    assert.ok(answer.stretches.length > 0 && read.length < 20, 'it asks on and on');
    read.push(...answer.stretches);
  }
}
