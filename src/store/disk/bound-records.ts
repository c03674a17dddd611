import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The disk space of a small file, in bytes. */
const BLOCK = 4_096;

interface ProjectFolder {
  readonly path: string;
  readonly bytes: number;
  /** When it was last loaded or written, in milliseconds since 1970. */
  readonly used: number;
}

/**
 * Limits records that can be recreated: the least recently used projects are removed, each with all its records.
 * Records in memory are unaffected. It reads all folders, so run it in the background.
 * @param depth the number of folder levels above the projects' folders
 * @param maxBytes the limit of all records, in bytes
 */
export async function boundRecords(
  directory: string,
  depth: number,
  maxBytes: number,
): Promise<void> {
  const projects = await projectsIn(directory, depth);
  let bytes = projects.reduce((sum, project) => sum + project.bytes, 0);
  for (const project of projects.sort((a, b) => a.used - b.used)) {
    if (bytes <= maxBytes) return;
    await rm(project.path, { recursive: true, force: true });
    bytes -= project.bytes;
  }
}

async function projectsIn(folder: string, depth: number): Promise<ProjectFolder[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const projects: ProjectFolder[] = [];
  for (const entry of found) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (depth > 1) projects.push(...(await projectsIn(path, depth - 1)));
    else projects.push(await projectAt(path));
  }
  return projects;
}

async function projectAt(path: string): Promise<ProjectFolder> {
  let bytes = 0;
  for (const name of await readdir(path).catch(() => [])) {
    const { size } = (await stat(join(path, name)).catch(() => undefined)) ?? { size: 0 };
    bytes += Math.ceil(size / BLOCK) * BLOCK;
  }
  // A use while the clock was ahead does not count as later than now.
  const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? { mtimeMs: 0 };
  return { path, bytes, used: Math.min(mtimeMs, Date.now()) };
}
