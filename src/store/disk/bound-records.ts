import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A small file takes a block of the disk, in bytes. */
const BLOCK = 4_096;

interface ProjectFolder {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970: when it was last read whole, or written to. */
  readonly used: number;
}

/**
 * Keeps records that can be found out again within a bound: those of the projects that were used the longest ago go, each
 * project's as a whole. What is in a memory stays known there. It reads all folders: for the background.
 * @param depth how many folders below the directory the projects' are
 * @param maxBytes all of them together, in bytes
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
  // One that was used when the clock was ahead is no more recent than one that is used now.
  const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? { mtimeMs: 0 };
  return { path, bytes, used: Math.min(mtimeMs, Date.now()) };
}
