import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection } from '../../domain/finding.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import { READ_AT_ONCE } from '../../runtime/plain-file.js';
import { readInspection } from '../inspection-record.js';
import { ENDING } from './remembered-records.js';

/** Enough of a record for its start places and the start of its findings, which precede the long fields. */
const HEAD = 1_024;
/** In the format of `JSON.stringify`. */
const CLEAN = '"findings":[]';
const MEETING = '"startPlaces":{';

/** What records of earlier runs say. */
export interface EarlierFindings {
  /** A project with a finding, or with an unreadable record. */
  suspect(project: ProjectName): void;
  /** An inspection with start places. @param since milliseconds since 1970: the time of its record */
  meeting(project: ProjectName, inspection: Inspection, since: number): void;
}

/**
 * Reads the findings of earlier runs: of most only the start of their file. Run it in the background.
 * @param directory contains a folder for each project
 * @param isWanted whether to continue
 */
export async function readEarlierFindings(
  directory: string,
  earlier: EarlierFindings,
  isWanted: () => boolean,
): Promise<void> {
  for (const name of await namesIn(directory)) {
    const project = parseProjectName(name);
    if (project === undefined) continue;
    for (const file of await namesIn(join(directory, name))) {
      if (!isWanted()) return;
      if (!file.endsWith(ENDING) || file.startsWith('.')) continue;
      await readOne(join(directory, name, file), project, earlier);
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function readOne(path: string, project: ProjectName, earlier: EarlierFindings) {
  try {
    await using file = await open(path, READ_AT_ONCE);
    const stats = await file.stat();
    if (!stats.isFile()) return earlier.suspect(project);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const head = buffer.subarray(0, bytesRead);
    if (!head.includes(MEETING)) {
      if (!head.includes(CLEAN)) earlier.suspect(project);
      return;
    }
    const inspection = readInspection(await file.readFile('utf8'));
    if (inspection === undefined) return;
    if (inspection.findings.length > 0) earlier.suspect(project);
    earlier.meeting(project, inspection, stats.mtimeMs);
  } catch {
    earlier.suspect(project);
  }
}
