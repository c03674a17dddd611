import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGate, type TestGate, type TestGateOptions } from '../../support/wheelgate.js';
import { Timeline, type TimelineOptions } from '../timeline.js';

/** What happens to a Wheelgate, and what fires at which moments. */
export interface AlertCase {
  /** Read behind the alert's name: `WheelgateDown: fires when …`. */
  readonly name: string;
  /** @param scratch a folder of the case's own */
  readonly gate?: (scratch: string) => TestGateOptions;
  readonly timeline?: TimelineOptions;
  /** Before Prometheus sees it. */
  readonly prepare?: (gate: TestGate, scratch: string) => Promise<void>;
  readonly run: (timeline: Timeline, gate: TestGate, scratch: string) => Promise<void>;
}

/** Plays a case through. */
export async function play(alert: string, { name, ...one }: AlertCase): Promise<Timeline> {
  const scratch = await mkdtemp(join(tmpdir(), 'wheelgate-alert-'));
  const gate = await startGate(one.gate?.(scratch));
  try {
    await one.prepare?.(gate, scratch);
    const timeline = new Timeline(`${alert}: ${name}`, gate, one.timeline);
    await one.run(timeline, gate, scratch);
    return timeline;
  } finally {
    await gate.close();
    await rm(scratch, { recursive: true });
  }
}
