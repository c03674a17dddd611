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
  readonly gate?: (scratch: string) => TestGateOptions | Promise<TestGateOptions>;
  readonly timeline?: TimelineOptions;
  /** Before Prometheus sees it. */
  readonly prepare?: (gate: TestGate, scratch: string) => Promise<void>;
  readonly run: (timeline: Timeline, gate: TestGate, scratch: string) => Promise<void>;
  /** Ends what was started for it. */
  readonly end?: () => Promise<void>;
}

/** Until `/metrics` says of a part what it should: what is told of it comes by itself. */
export async function untilPart(gate: TestGate, part: string, degraded: boolean): Promise<void> {
  const line = `wheelgate_part_degraded{part="${part}"} ${degraded ? 1 : 0}`;
  while (!(await gate.gate.metrics.text()).includes(line))
    await new Promise((next) => setTimeout(next, 20));
}

/** Plays a case through. */
export async function play(alert: string, { name, ...one }: AlertCase): Promise<Timeline> {
  const scratch = await mkdtemp(join(tmpdir(), 'wheelgate-alert-'));
  const gate = await startGate(await one.gate?.(scratch));
  try {
    await one.prepare?.(gate, scratch);
    const timeline = new Timeline(`${alert}: ${name}`, gate, one.timeline);
    await one.run(timeline, gate, scratch);
    return timeline;
  } finally {
    await gate.close();
    await one.end?.();
    await rm(scratch, { recursive: true });
  }
}
