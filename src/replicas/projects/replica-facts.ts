import { isDeepStrictEqual } from 'node:util';
import { agreed, type Demands, type LearntBytes, type SeenBytes } from '../../domain/integrity.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Learnt } from '../../fleet/news.js';
import type { Errands } from '../../redis/errands.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Turns } from '../../runtime/turns.js';
import { type FactRecord, type FactRecords, MAX_RECORD, type SharedFact } from './fact-records.js';
import { type HashPart, readHash } from './meeting-reply.js';
import { CHANGE_PIN, PIN, READ_ON, REMEMBER } from './scripts.js';

const DAY = 24 * 3_600_000;
/** Lifetimes since the last write or read, in milliseconds. */
const KEPT = { findings: 90 * DAY, facts: 30 * DAY } as const;
/** Maximum number of records per project, in one hash. */
const MAX_RECORDS = 20_000;
const MAX_BYTES = 32 * 2 ** 20;
/** Bytes per read of a hash in the background. */
const STEP = 512 * 1024;

export interface ReplicaFactsParts {
  readonly line: RedisLine;
  readonly records: FactRecords;
  readonly errands: Errands;
  /** Of an upstream by its name; undefined where there is none here. */
  readonly demandsOf: (upstream: string) => Demands | undefined;
  /** More of what others have learnt has come, after the first answer. */
  readonly onMore: (project: ProjectName, learnt: readonly Learnt[]) => void;
  /** Redis contains values that no replica with our secret has signed. */
  readonly onRefused: (count: number) => void;
}

/** The replicas' facts about projects' files, in Redis. */
export class ReplicaFacts {
  readonly #parts: ReplicaFactsParts;

  constructor(parts: ReplicaFactsParts) {
    this.#parts = parts;
  }

  /** Reads the hashes. A part too long for one reply is read in the background. */
  async read(
    project: ProjectName,
    hashes: readonly HashPart[],
  ): Promise<{ readonly learnt: readonly Learnt[]; readonly isWhole: boolean }> {
    const learnt: Learnt[] = [];
    let isWhole = true;
    for (const part of hashes) {
      const own = await this.#open(project, part.records);
      learnt.push(...own);
      if (part.cursor === undefined) continue;
      isWhole = false;
      if (own.length > 0) this.#readOn(project, part);
    }
    return { learnt, isWhole };
  }

  /** @returns the record as stored in Redis; undefined if it is not shared */
  async remember(learnt: SharedFact): Promise<FactRecord | undefined> {
    const record = await this.#parts.records.write(learnt);
    if (record === undefined) return undefined;
    const { key, field, value } = record;
    const kept = learnt.kind === 'findings' ? KEPT.findings : KEPT.facts;
    const args = [field, value, kept, MAX_RECORDS, MAX_BYTES];
    await this.#parts.line.ask((redis) => REMEMBER.run(redis, [key], args));
    return record;
  }

  /** Pins a digest, unless another replica has. @returns the earlier pin */
  async pin(learnt: LearntBytes): Promise<SeenBytes | undefined> {
    const there = await this.#pin(learnt);
    return there?.seen;
  }

  /**
   * Updates a pin, and the others' record of the same file, to the shared result.
   * @returns the pin in force; undefined if it is not shared
   */
  async agree(learnt: LearntBytes): Promise<FactRecord | undefined> {
    const { records, line, demandsOf } = this.#parts;
    const demands = demandsOf(learnt.upstream);
    if (demands === undefined) return undefined;
    const there = await this.#pin(learnt);
    const seen = there === undefined ? learnt.seen : agreed(there.seen, learnt.seen, demands);
    const record = await records.write({ ...learnt, kind: 'bytes', seen });
    if (record === undefined || there === undefined || isDeepStrictEqual(seen, there.seen))
      return record;
    const { key, field, value } = record;
    await line.ask((redis) => CHANGE_PIN.run(redis, [key], [field, there.value, value]));
    return record;
  }

  /** @returns the earlier pin, and its stored form */
  async #pin(
    learnt: LearntBytes,
  ): Promise<{ readonly seen: SeenBytes; readonly value: Buffer } | undefined> {
    const { records, line, onRefused } = this.#parts;
    const record = await records.write({ ...learnt, kind: 'bytes' });
    if (record === undefined) return undefined;
    const { key, field } = record;
    const args = [field, record.value, MAX_RECORDS, MAX_RECORD];
    const value = (await line.ask((redis) => PIN.run(redis, [key], args))) as Buffer | null;
    if (value === null) return undefined;
    const there = await records.read(learnt.project, { key, field, value });
    if (there?.kind === 'bytes') return { seen: there.seen, value };
    onRefused(1);
    // What nobody of ours has left makes way.
    await line.ask((redis) => CHANGE_PIN.run(redis, [key], [field, value, record.value]));
    return undefined;
  }

  async #open(project: ProjectName, records: readonly FactRecord[]): Promise<Learnt[]> {
    const learnt: Learnt[] = [];
    const turns = new Turns();
    for (const record of records) {
      if (turns.spent) await turns.next();
      const one = await this.#parts.records.read(project, record);
      if (one !== undefined) learnt.push(one);
    }
    const refused = records.length - learnt.length;
    if (refused > 0) this.#parts.onRefused(refused);
    return learnt;
  }

  /** What cannot be read now is read on later: whoever has met a project does not ask again. */
  #readOn(project: ProjectName, { key, cursor: from }: HashPart): void {
    const { line, errands, onMore } = this.#parts;
    let cursor = from;
    let read = 0;
    void errands.run(`read ${key}`, async () => {
      for (; cursor !== undefined && read < MAX_BYTES; read += STEP) {
        const args = [cursor, STEP, MAX_RECORD];
        const reply = await line.ask((redis) => READ_ON.run(redis, [key], args));
        const part = readHash(reply, key);
        const learnt = await this.#open(project, part.records);
        // Where nothing is ours, somebody has filled it up.
        if (learnt.length === 0) return;
        onMore(project, learnt);
        cursor = part.cursor;
      }
    });
  }
}
