import { join } from 'node:path';
import type { ProjectName } from '../../domain/project-name.js';
import type { Sightings } from '../../domain/sightings.js';
import { readSightings, writeSightings } from '../sightings-record.js';
import type { SightingsStore } from '../sightings-store.js';
import { ANY_FILES, type DiskFiles, NOT_OURS } from './disk-files.js';
import { ENDING, readRecordFile } from './remembered-records.js';

/** JSON files `<directory>/<upstream>/<project>.json`. */
export class DiskSightingsStore implements SightingsStore {
  readonly #directory: string;
  readonly #files: DiskFiles;

  constructor(directory: string, files: DiskFiles = ANY_FILES) {
    this.#directory = directory;
    this.#files = files;
  }

  async read(upstream: string, project: ProjectName): Promise<Sightings | undefined> {
    const path = this.#pathOf(upstream, project);
    const text = await readRecordFile(path, this.#files.onUnreadable);
    const sightings = text === undefined ? undefined : readSightings(text);
    if (text !== undefined && sightings === undefined) this.#files.onUnreadable(path, NOT_OURS);
    return sightings;
  }

  async put(upstream: string, project: ProjectName, sightings: Sightings): Promise<void> {
    const path = this.#pathOf(upstream, project);
    await this.#files.write(path, Buffer.from(`${writeSightings(sightings)}\n`));
  }

  #pathOf(upstream: string, project: ProjectName): string {
    return join(this.#directory, upstream, project + ENDING);
  }
}
