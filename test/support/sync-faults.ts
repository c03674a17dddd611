import { appendFileSync } from 'node:fs';
import promises from 'node:fs/promises';

/** The preload for a process whose disk syncs are recorded. */
export const PRELOAD = import.meta.url;

/** The result of a sync: recorded and completed, or never ending. */
export type SyncMode = 'done' | 'endless';
export const SYNC_MODE = 'SYNC_MODE';

/** The variable with the path of a file that receives each synced inode number, one per line. */
export const SYNCED_FILE = 'SYNCED_FILE';

type Sync = (this: promises.FileHandle) => Promise<void>;

const mode = process.env[SYNC_MODE];
const told = process.env[SYNCED_FILE];
if (mode !== undefined && told !== undefined) await patch(mode as SyncMode, told);

async function patch(mode: SyncMode, told: string): Promise<void> {
  const handle = await promises.open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as { sync: Sync; datasync: Sync };
  await handle.close();
  for (const name of ['sync', 'datasync'] as const) {
    const real = prototype[name];
    prototype[name] = async function () {
      const { ino } = await this.stat();
      if (mode === 'done') await real.call(this);
      appendFileSync(told, `${ino}\n`);
      if (mode === 'endless') await new Promise(() => {});
    };
  }
}
