import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { byteSize } from '../../yaml/values.js';
import { camelCased } from '../camel-case.js';
import { count, section, time } from '../terms.js';

const MIB = 2 ** 20;

/** The settings below `inspection`. */
export const inspectionSection = section(
  {
    workers: count(1)
      .describe('Inspections at a time. Default: one less than the processors, 1 to 4.')
      .optional(),
    members: count(1).describe('Members of an archive.').prefault(100_000),
    'directory-bytes': byteSize().describe("A zip's directory.").prefault('32MiB'),
    'inflated-bytes': byteSize().describe('All members together, inflated.').prefault('16GiB'),
    ratio: count(1).describe('Inflated bytes for each byte of the artifact.').prefault(200),
    'ratio-floor-bytes': byteSize()
      .describe('Inflated bytes below which the ratio does not count.')
      .prefault('64MiB'),
    'path-length': count(1).describe("Characters of a member's path.").prefault(1000),
    depth: count(1).describe("Folders of a member's path.").prefault(50),
    'held-bytes': byteSize()
      .describe('A member that must be held whole to be read.')
      .prefault('16MiB'),
    time: time().describe('One artifact.').prefault('120s'),
    'worker-heap': byteSize().describe('Memory of one inspection.').prefault('256MiB'),
    inflate: z
      .enum(['all', 'needed'])
      .describe('all: every member is inflated, its checksum and RECORD hash compared.')
      .prefault('all'),
  },
  'What one inspection may cost; more is refused.',
);

/** @returns threads, and limits that fit the inspection's `InspectionLimits` */
export function toInspection(settings: z.output<typeof inspectionSection>) {
  const { workers, time: timeMs, 'worker-heap': heap, ...limits } = settings;
  return {
    threads: workers ?? Math.max(1, Math.min(4, availableParallelism() - 1)),
    limits: { ...camelCased(limits), timeMs, threadHeapMb: Math.ceil(heap / MIB) },
  };
}
