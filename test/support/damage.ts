import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';

/** Ways in which an existing file may be damaged. */
export type Damage = (path: string) => Promise<unknown>;

/** Each also fails for root, who can read any file. */
export const DAMAGES = {
  missing: (path) => rm(path, { recursive: true }),
  empty: (path) => truncate(path),
  cut: async (path) => truncate(path, Math.floor((await stat(path)).size / 2)),
  grown: async (path) => {
    const file = await open(path, 'a');
    await file.write(' and more');
    await file.close();
  },
  'full of something else': (path) => writeFile(path, 'something else'),
  /** One byte differs; size and times are unchanged. */
  altered: async (path) => {
    const { atime, mtimeMs, size } = await stat(path);
    const file = await open(path, 'r+');
    const at = Math.floor(size / 2);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.of(byte[0]! ^ 0x55), 0, 1, at);
    await file.close();
    await utimes(path, atime, mtimeMs / 1_000);
  },
  'a folder': async (path) => {
    await rm(path);
    await mkdir(path);
  },
  /** Opening it fails with ELOOP. */
  'a link to itself': async (path) => {
    await rm(path);
    await symlink(path, path);
  },
  /** Opening it blocks forever without a writer. */
  'a pipe': async (path) => {
    await rm(path);
    execFileSync('mkfifo', [path]);
  },
} satisfies Readonly<Record<string, Damage>>;

export type DamageName = keyof typeof DAMAGES;
