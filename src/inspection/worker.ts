import { parentPort } from 'node:worker_threads';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import { inspectFile } from './inspect-file.js';
import type { InspectionLimits } from './limits.js';

/** What the worker is asked. */
export interface Job {
  readonly path: string;
  readonly artifact: ArtifactDescription;
  readonly limits: InspectionLimits;
}

/** What it answers: an inspection, or what broke on the way to one. */
export type JobAnswer = { readonly inspection: Inspection } | { readonly error: string };

/** The worker's side: one inspection after the other, off the event loop that serves requests. */
parentPort?.on('message', async ({ path, artifact, limits }: Job) => {
  let answer: JobAnswer;
  try {
    answer = { inspection: await inspectFile(path, artifact, limits) };
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  parentPort?.postMessage(answer);
});
