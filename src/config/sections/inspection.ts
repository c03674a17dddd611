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
      .describe(
        'Concurrent inspections. Default: one less than the number of processors, from 1 to 4.',
      )
      .optional(),
    members: count(1).describe('Maximum members in an archive.').prefault(100_000),
    'directory-bytes': byteSize()
      .describe("Maximum size of a zip's central directory.")
      .prefault('32MiB'),
    'inflated-bytes': byteSize()
      .describe('Maximum inflated size of all members.')
      .prefault('16GiB'),
    ratio: count(1).describe('Maximum inflated bytes per byte of the artifact.').prefault(200),
    'ratio-floor-bytes': byteSize()
      .describe('Inflated size below which the ratio is not checked.')
      .prefault('64MiB'),
    'path-length': count(1)
      .describe("Maximum length of a member's path, in characters.")
      .prefault(1000),
    depth: count(1).describe("Maximum folder depth of a member's path.").prefault(50),
    'held-bytes': byteSize()
      .describe('Maximum size of a member that is read into memory.')
      .prefault('16MiB'),
    time: time().describe('Timeout of one inspection.').prefault('120s'),
    'worker-heap': byteSize().describe('Memory limit of one inspection.').prefault('256MiB'),
    inflate: z
      .enum(['all', 'needed'])
      .describe('all: inflate every member and compare its checksum and RECORD hash.')
      .prefault('all'),
  },
  'Limits of one inspection. Artifacts that exceed them are refused.',
);

/** @returns threads, and limits that fit the inspection's `InspectionLimits` */
export function toInspection(settings: z.output<typeof inspectionSection>) {
  const { workers, time: timeMs, 'worker-heap': heap, ...limits } = settings;
  return {
    threads: workers ?? Math.max(1, Math.min(4, availableParallelism() - 1)),
    limits: { ...camelCased(limits), timeMs, threadHeapMb: Math.ceil(heap / MIB) },
  };
}
