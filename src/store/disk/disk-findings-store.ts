import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { parseSha256, type Sha256 } from '../../domain/digest.js';
import type { Inspection } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import { INSPECTOR_VERSION } from '../../inspection/inspector.js';
import { settingsName } from '../../inspection/limits.js';
import type { FindingsStore, ProjectFindings } from '../findings-store.js';
import { writeAtomically } from './atomic-file.js';

/** Findings that stay in memory, in bytes, roughly: most of them are digests of members. */
const MEMORY_BYTES = 64 * 2 ** 20;
/** What an inspection takes in memory beside its digests and findings, in bytes. */
const OVERHEAD = 1_000;
/** The same for the name of a module. */
const MODULE = 32;
/** Files of one project that are read; more would be no project. */
const MAX_INSPECTIONS = 50_000;

/** The findings of a project's artifacts, by digest and filename. */
class Findings implements ProjectFindings {
  readonly #known = new Map<string, Inspection>();

  get(sha256: Sha256, filename: string): Inspection | undefined {
    // Most projects have none, and their pages ask for each of their files.
    return this.#known.size === 0 ? undefined : this.#known.get(`${sha256} ${filename}`);
  }

  add(inspection: Inspection): void {
    this.#known.set(`${inspection.sha256} ${inspection.filename}`, inspection);
  }

  get count(): number {
    return this.#known.size;
  }

  /** Bytes in memory, roughly. */
  get size(): number {
    let bytes = 0;
    for (const { memberDigests, findings, modules = [] } of this.#known.values())
      bytes += OVERHEAD * (1 + findings.length) + memberDigests.length + MODULE * modules.length;
    return bytes;
  }
}

/** Findings of whatever settings: for looking back. */
export const ANY_SETTINGS = '*';

/**
 * Findings as small JSON files `<directory>/v4/<project>/<sha256>-<filename's digest>-<settings>.json`. A project's
 * folder is read once, then kept in memory while it is in use.
 */
export class DiskFindingsStore implements FindingsStore {
  readonly #directory: string;
  readonly #settings: string;
  readonly #projects: LRUCache<ProjectName, Findings>;
  readonly #loading = new Map<ProjectName, Promise<Findings>>();

  /** @param settings those of the inspections (`settingsName`): what was seen under others is not read */
  constructor(directory: string, settings = settingsName(), memoryBytes = MEMORY_BYTES) {
    this.#settings = settings;
    this.#directory = join(directory, `v${INSPECTOR_VERSION}`);
    this.#projects = new LRUCache({
      maxSize: memoryBytes,
      sizeCalculation: (findings) => OVERHEAD + findings.size,
    });
  }

  async get(
    project: ProjectName,
    sha256: Sha256,
    filename: string,
  ): Promise<Inspection | undefined> {
    const findings = await this.#of(project);
    return findings.get(sha256, filename);
  }

  async known(project: ProjectName): Promise<ProjectFindings> {
    return this.#of(project);
  }

  async put(project: ProjectName, inspection: Inspection): Promise<void> {
    // Known before it is written: whoever asks meanwhile need not look again.
    this.learn(project, inspection);
    await writeAtomically(
      join(this.#directory, project, fileOf(inspection, this.#settings)),
      Buffer.from(JSON.stringify(inspection)),
    );
    await this.#of(project);
    this.learn(project, inspection);
  }

  learn(project: ProjectName, inspection: Inspection): void {
    const known = this.#projects.get(project);
    if (known !== undefined) {
      known.add(inspection);
      // Once more, for its size has changed; what no longer fits is read from the disk when it is asked for.
      this.#projects.set(project, known);
    }
    // Whoever reads the folder just now may have read it before the file was there.
    else
      void this.#loading
        .get(project)
        ?.then(() => this.learn(project, inspection))
        .catch(() => {});
  }

  #of(project: ProjectName): Findings | Promise<Findings> {
    return this.#projects.get(project) ?? this.#loading.get(project) ?? this.#begin(project);
  }

  #begin(project: ProjectName): Promise<Findings> {
    const loading = this.#load(project)
      .then((findings) => {
        this.#projects.set(project, findings);
        return findings;
      })
      .finally(() => this.#loading.delete(project));
    this.#loading.set(project, loading);
    return loading;
  }

  async #load(project: ProjectName): Promise<Findings> {
    const folder = join(this.#directory, project);
    const findings = new Findings();
    for (const name of await namesIn(folder)) {
      const settings = /^[^.].*-([^-]+)\.json$/.exec(name)?.[1];
      if (settings === undefined || ![settings, ANY_SETTINGS].includes(this.#settings)) continue;
      // A file that cannot be read, is torn, or says something else than its name is as good as none: look again.
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      const inspection = readInspection(text);
      if (inspection !== undefined && fileOf(inspection, settings) === name)
        findings.add(inspection);
      if (findings.count >= MAX_INSPECTIONS) break;
    }
    return findings;
  }
}

function fileOf({ sha256, filename }: Inspection, settings: string): string {
  const name = createHash('sha256').update(filename).digest('hex').slice(0, 12);
  return `${sha256}-${name}-${settings}.json`;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

/** Checks the shape of what a file holds; undefined where it is not a whole record of this inspector. */
export function readInspection(text: string): Inspection | undefined {
  let value: Partial<Inspection> | null;
  try {
    value = JSON.parse(text) as Partial<Inspection> | null;
  } catch {
    return undefined;
  }
  const whole =
    typeof value === 'object' &&
    value !== null &&
    value.inspector === INSPECTOR_VERSION &&
    parseSha256(value.sha256) !== undefined &&
    typeof value.filename === 'string' &&
    typeof value.memberDigests === 'string' &&
    (value.modules === undefined || isNames(value.modules)) &&
    Array.isArray(value.findings) &&
    value.findings.every(
      (finding) =>
        typeof finding === 'object' &&
        finding !== null &&
        typeof finding.code === 'string' &&
        typeof finding.rule === 'string' &&
        typeof finding.detail === 'string',
    );
  return whole ? (value as Inspection) : undefined;
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
