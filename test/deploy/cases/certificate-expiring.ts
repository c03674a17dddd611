import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const TLS = resolve('test/support/tls');
const FIRES = { alert: 'WheelgateCertificateExpiring', labels: TARGET };

/** When `ending.pem` ends. */
const END = Date.UTC(2026, 11, 1);
const HALF_AN_HOUR = 1_800_000;
const WEEK = 7 * 86_400_000;

const startedAt = (now: number, cert: (scratch: string) => string) => (scratch: string) => ({
  now,
  config: { 'tls.cert': cert(scratch), 'tls.key': join(TLS, 'renewal.key') },
});

export const CERTIFICATE_EXPIRING: readonly AlertCase[] = [
  {
    name: 'fires a week before the end, and ends when the certificate is renewed',
    gate: startedAt(END - WEEK - HALF_AN_HOUR, () => join(TLS, 'ending.pem')),
    run: async (timeline, gate, scratch) => {
      await timeline.scraped(31);
      timeline.expect();
      await timeline.scraped();
      timeline.expect(FIRES);
      const renewed = join(scratch, 'cert.pem');
      await copyFile(join(TLS, 'renewed.pem'), renewed);
      gate.configure({ 'tls.cert': renewed });
      await gate.restart();
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'goes on after the end',
    gate: startedAt(END - HALF_AN_HOUR, () => join(TLS, 'ending.pem')),
    run: async (timeline) => {
      await timeline.scraped(60);
      timeline.expect(FIRES);
    },
  },
  {
    name: 'is silent without HTTPS',
    run: async (timeline) => {
      await timeline.scraped(10);
      timeline.expect();
    },
  },
];
