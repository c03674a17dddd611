import { type AlertCase, play } from './cases/case.js';
import { ALERT_CASES } from './cases/index.js';
import type { Timeline } from './timeline.js';
import { writeAlertTest } from './write-alert-test.js';

/** `deploy/prometheus/refused-download.test.yml` for `WheelgateRefusedDownload`. */
export function alertTestFile(alert: string): string {
  const words = alert.replace(/^Wheelgate/, '').replace(/(?!^)([A-Z])/g, '-$1');
  return `deploy/prometheus/${words.toLowerCase()}.test.yml`;
}

/** The test file of an alert, from scrapes made now. */
export async function makeAlertTest(alert: string): Promise<string> {
  const timelines: Timeline[] = [];
  for (const one of ALERT_CASES[alert] as readonly AlertCase[])
    timelines.push(await play(alert, one));
  return writeAlertTest(alert, timelines);
}
