import { readdir, readFile } from 'node:fs/promises';

/** The child processes of a process. It needs /proc. */
export async function childrenOf(pid: number): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const name of names) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[1]) === pid) found.push(Number(name));
  }
  return found;
}

/** Whether a process handles SIGHUP: before a program listens for it, the signal ends the process. It needs /proc. */
export async function heedsHangUp(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)/m.exec(status) ?? [];
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}

/** @returns whether the process (still) exists */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
