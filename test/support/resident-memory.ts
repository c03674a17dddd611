import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** What a process has in memory just now (`VmRSS`), or had at the most (`VmHWM`), in MiB. Linux alone says so. */
export async function residentMiB(pid: number, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  assert.ok(kib !== undefined);
  return Math.round(Number(kib) / 1_024);
}
