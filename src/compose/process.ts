import { Health } from '../observe/health.js';
import { createMetrics, type Metrics } from '../observe/metrics.js';
import { Closing } from '../runtime/closing.js';
import { FairShare } from '../runtime/fair-share.js';
import { createNetwork, type Network } from '../runtime/network.js';
import { noteHealth } from './note-events.js';
import type { Outside } from './outside.js';

const KIB = 1024;
/** Memory for incoming pieces of artifacts, in bytes: the total, and the minimum per transfer. */
const ARRIVING = [512 * KIB, 64 * KIB] as const;
/** The same for outgoing pieces, including cached artifacts. Longer pieces need fewer hand-overs between threads. */
const DEPARTING = [2048 * KIB, 64 * KIB] as const;

/** Resources that each process has separately. */
export interface Process extends Outside {
  /** Index among several workers of this machine, from 1; undefined for the process that owns the shared parts. */
  readonly member: number | undefined;
  readonly network: Network;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Pieces of incoming artifacts that wait for the file system. */
  readonly arriving: FairShare;
  /** Pieces between spool files and clients. */
  readonly departing: FairShare;
  /** A component that must be closed is added here when it is created. */
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
