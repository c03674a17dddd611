import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import { isPassing } from '../domain/finding-codes.js';
import type { ProjectName } from '../domain/project-name.js';
import { within } from '../domain/span.js';
import type { FindingsStore, ProjectFindings } from './findings-store.js';

/**
 * The pause after a repeated failure of an inspection, in milliseconds: this long after the second one in a row, and
 * doubled after each further one.
 */
const FIRST_REST = 30_000;
const LONGEST_REST = 10 * 60_000;
/** Approximate limit of all in memory, in bytes. */
const MEMORY_BYTES = 32 * 2 ** 20;
/** Memory of one without its members' digests, in bytes. */
const OVERHEAD = 1_000;
/** A failed inspection refuses the file regardless of the omitted findings, of which each member may have one. */
const MAX_FINDINGS = 100;

/** The number of consecutive failures of an inspection. */
interface Fault {
  readonly times: number;
  readonly inspection: Inspection;
  /** The time of the last failure, and when the next attempt is allowed, in milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/**
 * Keeps temporary failures out of a findings store: after an internal fault or a timeout of the inspection, the current
 * request is refused, and the next one retries. After repeated failures it pauses for increasing times, because an
 * archive that always takes too long must not use up all time.
 */
export class PassingFindings implements FindingsStore {
  readonly #below: FindingsStore;
  readonly #now: () => number;
  readonly #faults = new LRUCache<string, Fault>({
    maxSize: MEMORY_BYTES,
    sizeCalculation: ({ inspection: { findings, memberDigests } }) =>
      OVERHEAD * (1 + findings.length) + memberDigests.length,
  });

  constructor(below: FindingsStore, now: () => number) {
    this.#below = below;
    this.#now = now;
  }

  async get(
    project: ProjectName,
    sha256: Sha256,
    filename: string,
  ): Promise<Inspection | undefined> {
    return this.#resting(project, sha256, filename) ?? this.#below.get(project, sha256, filename);
  }

  async known(project: ProjectName): Promise<ProjectFindings> {
    const below = await this.#below.known(project);
    if (this.#faults.size === 0) return below;
    return {
      get: (sha256, filename) =>
        this.#resting(project, sha256, filename) ?? below.get(sha256, filename),
      named: (filename) => below.named(filename),
      all: () => below.all(),
    };
  }

  async put(project: ProjectName, inspection: Inspection): Promise<void> {
    const key = keyOf(project, inspection.sha256, inspection.filename);
    if (!isPassing(inspection)) {
      this.#faults.delete(key);
      return this.#below.put(project, inspection);
    }
    const times = (this.#faults.peek(key)?.times ?? 0) + 1;
    const rest = times === 1 ? 0 : Math.min(FIRST_REST * 2 ** (times - 2), LONGEST_REST);
    const from = this.#now();
    const until = from + rest;
    this.#faults.set(key, {
      times,
      inspection: shortened({ ...inspection, countsUntil: until }),
      from,
      until,
    });
  }

  keep(project: ProjectName, inspection: Inspection): Promise<void> {
    this.#faults.delete(keyOf(project, inspection.sha256, inspection.filename));
    return this.#below.keep(project, inspection);
  }

  /** Another process completed an inspection that failed here. */
  learn(project: ProjectName, ...inspections: readonly Inspection[]): void {
    for (const { sha256, filename } of inspections)
      this.#faults.delete(keyOf(project, sha256, filename));
    this.#below.learn(project, ...inspections);
  }

  #resting(project: ProjectName, sha256: Sha256, filename: string): Inspection | undefined {
    if (this.#faults.size === 0) return undefined;
    const fault = this.#faults.get(keyOf(project, sha256, filename));
    if (fault === undefined) return undefined;
    return within(fault, this.#now()) ? fault.inspection : undefined;
  }
}

/** The findings with the cause of the failure are always kept. */
function shortened(inspection: Inspection): Inspection {
  const { findings } = inspection;
  if (findings.length <= MAX_FINDINGS) return inspection;
  const why = findings.filter((finding) => isPassing({ findings: [finding] }));
  const others = findings.filter((finding) => !why.includes(finding));
  return { ...inspection, findings: [...others.slice(0, MAX_FINDINGS - why.length), ...why] };
}

function keyOf(project: ProjectName, sha256: Sha256, filename: string): string {
  return `${project}/${sha256}/${filename}`;
}
