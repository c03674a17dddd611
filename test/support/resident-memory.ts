import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** The present (`VmRSS`) or maximum (`VmHWM`) resident memory of a process, in MiB. Linux only. */
export async function residentMiB(pid: number, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  assert.ok(kib !== undefined);
  return Math.round(Number(kib) / 1_024);
}
