import { statfs } from 'node:fs/promises';
import { osPath, type SitePath } from '../environment/site-path.js';

/**
 * File systems on which inotify reports at most the changes by this machine: those by another machine, the host or a
 * daemon are missed (inotify(7)). By their numbers in statfs(2) and linux/magic.h.
 */
const BLIND: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xfe534d42, 'smb2'],
  [0xff534d42, 'cifs'],
  [0x65735546, 'fuse'], // also virtiofs and sshfs
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

/** The result of statfs for a path. */
export type StatFs = (path: Buffer) => Promise<{ readonly type: number }>;

/**
 * The first of the folders' file systems that does not report external changes; undefined if all do. An overlay reports
 * all changes through it. Only for Linux: on other systems, the numbers have another meaning.
 */
export async function blindFileSystem(
  folders: readonly SitePath[],
  ask: StatFs = statfs,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  for (const folder of folders) {
    const found = await ask(osPath(folder)).catch(() => undefined);
    // The numbers have 32 bits, and are signed if the system's word has the same length.
    const name = found && BLIND.get(found.type >>> 0);
    if (name !== undefined) return name;
  }
  return undefined;
}
