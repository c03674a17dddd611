import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Sha256 } from '../../domain/digest.js';
import type { Inspection } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import { INSPECTOR_VERSION } from '../../inspection/inspector.js';
import { settingsName } from '../../inspection/limits.js';
import type { FindingsStore, ProjectFindings } from '../findings-store.js';
import { readInspection } from '../inspection-record.js';
import { ANY_FILES, type DiskFiles, NOT_OURS } from './disk-files.js';
import { ENDING, RememberedRecords, readRecordFile } from './remembered-records.js';

/** Approximate limit of the findings in memory, in bytes: most of them are digests of members. */
const MEMORY_BYTES = 64 * 2 ** 20;
/** Memory of an inspection without its digests and findings, in bytes. */
const OVERHEAD = 1_000;
/** Memory per module name. */
const MODULE = 32;
/** Maximum number of files read per project; no real project has more. */
const MAX_INSPECTIONS = 50_000;

/** Maximum share of one project: a larger one would not fit, and would be read again at each look-up. */
const ONE_PROJECT = 1 / 2;

/** The findings of a project's artifacts, by digest and filename; only the latest if memory is insufficient. */
class Findings implements ProjectFindings {
  readonly #known = new Map<string, Inspection>();
  readonly #room: number;
  #bytes = 0;
  #isWhole = true;

  constructor(room: number) {
    this.#room = room;
  }

  get(sha256: Sha256, filename: string): Inspection | undefined {
    // Most projects have no findings, and their pages look up each file.
    return this.#known.size === 0 ? undefined : this.#known.get(`${sha256} ${filename}`);
  }

  named(filename: string): readonly Inspection[] {
    return [...this.#known.values()].filter((inspection) => inspection.filename === filename);
  }

  all(): Iterable<Inspection> {
    return this.#known.values();
  }

  add(inspection: Inspection): this {
    const key = `${inspection.sha256} ${inspection.filename}`;
    this.#drop(key);
    for (const [earliest] of this.#known) {
      if (this.#bytes + bytesOf(inspection) <= this.#room) break;
      this.#drop(earliest);
      this.#isWhole = false;
    }
    this.#known.set(key, inspection);
    this.#bytes += bytesOf(inspection);
    return this;
  }

  #drop(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#known.delete(key);
    this.#bytes -= bytesOf(known);
  }

  /** False if some are only on disk. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get count(): number {
    return this.#known.size;
  }

  /** Approximate bytes in memory. */
  get size(): number {
    return this.#bytes;
  }
}

function bytesOf({ memberDigests, findings, modules = [] }: Inspection): number {
  let shown = 0;
  for (const { excerpt } of findings) shown += excerpt?.base64.length ?? 0;
  return OVERHEAD * (1 + findings.length) + shown + memberDigests.length + MODULE * modules.length;
}

/** Matches findings under any settings: for queries about the past. */
export const ANY_SETTINGS = '*';

/**
 * Findings as small JSON files `<directory>/v4/<project>/<sha256>-<filename's digest>-<settings>.json`. A project's
 * folder is read once, then cached in memory while it is in use.
 */
export class DiskFindingsStore implements FindingsStore {
  /** Contains a folder for each project. */
  readonly directory: string;
  readonly #settings: string;
  readonly #files: DiskFiles;
  readonly #ofOneProject: number;
  readonly #records: RememberedRecords<Findings, Inspection>;

  /** @param settings the inspection's settings (`settingsName`): findings under other settings are ignored */
  constructor(
    directory: string,
    settings = settingsName(),
    memoryBytes = MEMORY_BYTES,
    files: DiskFiles = ANY_FILES,
  ) {
    this.#files = files;
    this.#settings = settings;
    this.#ofOneProject = memoryBytes * ONE_PROJECT;
    this.directory = join(directory, `v${INSPECTOR_VERSION}`);
    this.#records = new RememberedRecords({
      directory: this.directory,
      read: (folder, names, onUnreadable) => this.#read(folder, names, onUnreadable),
      add: (findings, more) => {
        for (const inspection of more) findings.add(inspection);
        return findings;
      },
      sizeOf: (findings) => OVERHEAD + findings.size,
      room: memoryBytes,
      derived: true,
      onUnreadable: files.onUnreadable,
    });
  }

  async get(
    project: ProjectName,
    sha256: Sha256,
    filename: string,
  ): Promise<Inspection | undefined> {
    const findings = await this.#records.of(project);
    const known = findings.get(sha256, filename);
    if (known !== undefined || findings.isWhole) return known;
    const one = await this.#read(
      join(this.directory, project),
      [fileOf({ sha256, filename }, this.#settings)],
      this.#files.onUnreadable,
    );
    return one.get(sha256, filename);
  }

  async known(project: ProjectName): Promise<ProjectFindings> {
    return this.#records.of(project);
  }

  async put(project: ProjectName, inspection: Inspection): Promise<void> {
    // Available before it is written, so concurrent requests need no second inspection.
    this.learn(project, inspection);
    const path = join(this.directory, project, fileOf(inspection, this.#settings));
    await this.#files.write(path, Buffer.from(JSON.stringify(inspection)));
    this.learn(project, inspection);
  }

  keep(project: ProjectName, inspection: Inspection): Promise<void> {
    return this.put(project, inspection);
  }

  learn(project: ProjectName, ...inspections: readonly Inspection[]): void {
    this.#records.learn(project, inspections);
  }

  async #read(
    folder: string,
    names: readonly string[],
    onUnreadable: DiskFiles['onUnreadable'],
  ): Promise<Findings> {
    const findings = new Findings(this.#ofOneProject);
    for (const name of names) {
      const settings = /-([^-]+)\.json$/.exec(name)?.[1];
      if (settings === undefined || ![settings, ANY_SETTINGS].includes(this.#settings)) continue;
      const path = join(folder, name);
      const text = await readRecordFile(path, onUnreadable);
      if (text === undefined) continue;
      const inspection = readInspection(text);
      // A file that is incomplete, or does not match its name, is ignored and inspected again.
      if (inspection !== undefined && fileOf(inspection, settings) === name)
        findings.add(inspection);
      else onUnreadable(path, NOT_OURS);
      if (findings.count >= MAX_INSPECTIONS || !findings.isWhole) break;
    }
    return findings;
  }
}

function fileOf(
  { sha256, filename }: Pick<Inspection, 'sha256' | 'filename'>,
  settings: string,
): string {
  const name = createHash('sha256').update(filename).digest('hex').slice(0, 12);
  return `${sha256}-${name}-${settings}${ENDING}`;
}
