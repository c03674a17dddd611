import { parentPort } from 'node:worker_threads';
import { type LoadOptions, readPolicy } from './load.js';

/** What the thread is asked, once. It answers with a `PolicyReading`. */
export interface ReadingRequest {
  readonly paths: readonly string[];
  readonly options: LoadOptions;
}

parentPort?.once('message', ({ paths, options }: ReadingRequest) => {
  void readPolicy(paths, options).then((reading) => parentPort?.postMessage(reading));
});
