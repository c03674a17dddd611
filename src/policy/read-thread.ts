import { answerInThread } from '../runtime/threads/answer-in-thread.js';
import { type LoadOptions, type PolicyReading, readPolicy } from './load.js';

export interface ReadingRequest {
  readonly paths: readonly string[];
  readonly options: LoadOptions;
}

answerInThread<ReadingRequest, PolicyReading>(({ paths, options }) => readPolicy(paths, options));
