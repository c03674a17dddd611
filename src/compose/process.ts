import { Health } from '../observe/health.js';
import { createMetrics, type Metrics } from '../observe/metrics.js';
import { Closing } from '../runtime/closing.js';
import { createNetwork, type Network } from '../runtime/network.js';
import { noteHealth } from './note-events.js';
import type { Outside } from './outside.js';

/** What a process has for itself. */
export interface Process extends Outside {
  /** Which of several on this machine, from 1; undefined where it is the one that keeps what they share. */
  readonly member: number | undefined;
  readonly network: Network;
  readonly metrics: Metrics;
  readonly health: Health;
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
  return { ...outside, member, network, metrics, health, closing };
}
