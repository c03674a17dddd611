import { statfs } from 'node:fs/promises';
import { osPath, type SitePath } from '../environment/site-path.js';

/**
 * File systems on which inotify tells only what this machine does, or nothing: what another machine, the host or a
 * daemon writes there passes unnoticed (inotify(7)). By the numbers of statfs(2) and linux/magic.h.
 */
const BLIND: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xfe534d42, 'smb2'],
  [0xff534d42, 'cifs'],
  [0x65735546, 'fuse'], // virtiofs and sshfs, too
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'afs'],
  [0x73757245, 'coda'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0x786f4256, 'vboxsf'],
  [0xbacbacbc, 'vmhgfs'],
]);

/** What statfs says of a path. */
export type StatFs = (path: Buffer) => Promise<{ readonly type: number }>;

/**
 * The file system among those of some folders that gives no notice of what is written from elsewhere; undefined
 * where each gives it. An overlay does, of all that is written through it. Known for Linux only: elsewhere the numbers
 * mean other things.
 */
export async function blindFileSystem(
  folders: readonly SitePath[],
  ask: StatFs = statfs,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  for (const folder of folders) {
    const found = await ask(osPath(folder)).catch(() => undefined);
    // The numbers have 32 bits, and a sign where the system's word is that long.
    const name = found && BLIND.get(found.type >>> 0);
    if (name !== undefined) return name;
  }
  return undefined;
}
