import { Health } from '../observe/health.js';
import { createMetrics, type Metrics } from '../observe/metrics.js';
import { Closing } from '../runtime/closing.js';
import { FairShare } from '../runtime/fair-share.js';
import { createNetwork, type Network } from '../runtime/network.js';
import { noteHealth } from './note-events.js';
import type { Outside } from './outside.js';

const KIB = 1024;
/** What pieces of artifacts that come in take in memory, in bytes: all together, and what each has at least. */
const ARRIVING = [512 * KIB, 64 * KIB] as const;
/** The same of those that go out, cached ones among them: a longer piece is one hand-over between threads less. */
const DEPARTING = [2048 * KIB, 64 * KIB] as const;

/** What a process has for itself. */
export interface Process extends Outside {
  /** Which of several on this machine, from 1; undefined where it is the one that keeps what they share. */
  readonly member: number | undefined;
  readonly network: Network;
  readonly metrics: Metrics;
  readonly health: Health;
  /** What may wait for the file system while artifacts come in. */
  readonly arriving: FairShare;
  /** What is on its way from spool files to clients. */
  readonly departing: FairShare;
  /** Whoever builds something that must be closed adds it here. */
  readonly closing: Closing;
}

export function createProcess(outside: Outside, member?: number): Process {
  const closing = new Closing();
  const network = createNetwork(outside.env);
  closing.add(() => network.close());
  const metrics = createMetrics();
  const health = new Health();
  noteHealth(health, metrics);
  return {
    ...outside,
    member,
    network,
    metrics,
    health,
    arriving: new FairShare(...ARRIVING),
    departing: new FairShare(...DEPARTING),
    closing,
  };
}
