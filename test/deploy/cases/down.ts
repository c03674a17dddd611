import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const DOWN = { alert: 'WheelgateDown', labels: TARGET };
const JOB_GONE = { alert: 'WheelgateDown', labels: { job: TARGET.job } };
const NONE = { alert: 'WheelgateDown', labels: {} };

export const DOWN_CASES: readonly AlertCase[] = [
  {
    name: 'fires when the target does not answer for two minutes, under whatever job, and ends when it does',
    run: async (timeline) => {
      await timeline.scraped(5);
      await timeline.down(2);
      timeline.expect();
      await timeline.down(58);
      timeline.expect(DOWN);
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'is silent at a restart of one minute',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await timeline.down(1);
      await gate.restart();
      await timeline.scraped(5);
      timeline.expect();
    },
  },
  {
    name: 'fires for one of two, and is silent on the other',
    timeline: { beside: 'another' },
    run: async (timeline) => {
      await timeline.scraped(5);
      await timeline.down(10);
      timeline.expect(DOWN);
    },
  },
  {
    name: 'fires for a job of the name wheelgate that has never answered',
    timeline: { job: 'monitoring/wheelgate' },
    run: async (timeline) => {
      await timeline.down(10);
      timeline.expect({
        alert: 'WheelgateDown',
        labels: { ...TARGET, job: 'monitoring/wheelgate' },
      });
    },
  },
  {
    name: 'fires when the target vanishes, and ends when it is back',
    run: async (timeline) => {
      await timeline.scraped(5);
      await timeline.vanished(60);
      timeline.expect(JOB_GONE);
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'fires when a job loses its target while another Wheelgate is there',
    timeline: { beside: 'another' },
    run: async (timeline) => {
      await timeline.scraped(5);
      await timeline.vanished(10);
      timeline.expect(JOB_GONE);
    },
  },
  {
    name: 'is silent when a target vanishes and another of its job is there',
    timeline: { beside: 'pypi-proxy' },
    run: async (timeline) => {
      await timeline.scraped(5);
      await timeline.vanished(10);
      timeline.expect();
    },
  },
  {
    name: 'fires where there was never a Wheelgate',
    run: async (timeline) => {
      await timeline.vanished(10);
      timeline.expect(NONE);
    },
  },
];
