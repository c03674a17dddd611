import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

async function breakPolicy(gate: TestGate): Promise<void> {
  await writeFile(join(gate.folder, 'policies', 'none.yaml'), 'deny: 7');
  await gate.gate.policies.reload();
}

const NOT_LOADED = { alert: 'WheelgatePolicyNotLoaded', labels: TARGET };
const DRY_RUN = { alert: 'WheelgateDryRun', labels: { ...TARGET, mode: 'dry-run' } };
const EXPIRED = { alert: 'WheelgateWaiversExpired', labels: { ...TARGET, state: 'expired' } };
const ENDING = { alert: 'WheelgateWaiverEnding', labels: TARGET };
const waiver = (expires: string) =>
  `waivers: [{rule: sdist, project: demo, versions: "==1.0", reason: r, owner: o, expires: "${expires}"}]`;

export const POLICY_NOT_LOADED: readonly AlertCase[] = [
  {
    name: 'fires for as long as the policy is broken, and ends with its repair',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      timeline.expect();
      await breakPolicy(gate);
      await timeline.scraped();
      timeline.expect(NOT_LOADED);
      await timeline.scraped(120);
      timeline.expect(NOT_LOADED);
      await gate.writePolicy('none.yaml', 'deny: []');
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'fires where the policy breaks before the first scrape',
    prepare: breakPolicy,
    run: async (timeline) => {
      await timeline.scraped();
      timeline.expect(NOT_LOADED);
    },
  },
  {
    name: 'is silent at an edit that holds',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await gate.writePolicy('none.yaml', 'deny: [{project: other, reason: not today}]');
      await timeline.scraped(5);
      timeline.expect();
    },
  },
];

export const DRY_RUN_LEFT_ON: readonly AlertCase[] = [
  {
    name: 'fires when dry-run is left on for an hour, goes on over a restart, and ends with it',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await gate.writePolicy('mode.yaml', 'mode: dry-run');
      await timeline.scraped(60);
      timeline.expect();
      await timeline.scraped(2);
      timeline.expect(DRY_RUN);
      await gate.restart();
      await timeline.scraped();
      timeline.expect(DRY_RUN);
      await gate.writePolicy('mode.yaml', 'mode: enforce');
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'is silent at half an hour of it',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await gate.writePolicy('mode.yaml', 'mode: dry-run');
      await timeline.scraped(30);
      await gate.writePolicy('mode.yaml', 'mode: enforce');
      await timeline.scraped(60);
      timeline.expect();
    },
  },
];

export const WAIVERS_EXPIRED: readonly AlertCase[] = [
  {
    name: 'fires when a waiver ends, though nobody edits anything, and ends when it is taken out',
    gate: () => ({ policies: { 'waivers.yaml': waiver('2026-11-01T00:30:00Z') } }),
    run: async (timeline, gate) => {
      await timeline.scraped(30);
      timeline.expect(ENDING);
      await timeline.scraped();
      timeline.expect(EXPIRED);
      await timeline.scraped(60);
      timeline.expect(EXPIRED);
      await gate.writePolicy('waivers.yaml', 'waivers: []');
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'ends when the waiver is prolonged',
    gate: () => ({ policies: { 'waivers.yaml': waiver('2026-11-01T00:10:00Z') } }),
    run: async (timeline, gate) => {
      await timeline.scraped(12);
      timeline.expect(EXPIRED);
      await gate.writePolicy('waivers.yaml', waiver('2026-12-01'));
      await timeline.scraped();
      timeline.expect();
    },
  },
];

export const WAIVER_ENDING: readonly AlertCase[] = [
  {
    name: 'fires from three days before a waiver ends',
    gate: () => ({ policies: { 'waivers.yaml': waiver('2026-11-04T00:10:00Z') } }),
    run: async (timeline) => {
      await timeline.scraped(10);
      timeline.expect();
      await timeline.scraped(2);
      timeline.expect(ENDING);
      await timeline.scraped(60);
      timeline.expect(ENDING);
    },
  },
  {
    name: 'is silent on a waiver that is prolonged, and where there is none',
    gate: () => ({ policies: { 'waivers.yaml': waiver('2026-11-02') } }),
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      timeline.expect(ENDING);
      await gate.writePolicy('waivers.yaml', waiver('2026-12-01'));
      await timeline.scraped();
      timeline.expect();
      await gate.writePolicy('waivers.yaml', 'waivers: []');
      await timeline.scraped();
      timeline.expect();
    },
  },
];
