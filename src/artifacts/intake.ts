import type { Arrived, Lost } from '../fleet/leases.js';
import type { EarlyLook, Inspectable, Inspector } from '../inspection/inspector.js';
import type { FairShare } from '../runtime/fair-share.js';
import type { BytesAt } from '../store/bytes.js';
import type { Spool } from '../store/spool.js';
import type { Arrival } from './arrival.js';
import { arriveInFile } from './arriving-file.js';
import type { ArrivingMemory } from './arriving-memory.js';
import type { Transfer } from './fill.js';
import { nameOf, type OwnTask } from './task.js';
import { type Source, transfer } from './transfer.js';

/** Artifacts from here on are read while they come in, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

export interface IntakeParts {
  readonly spool: Spool;
  /** For small artifacts, before that; undefined where others read what comes in here. */
  readonly memory: ArrivingMemory | undefined;
  readonly bytesAt: BytesAt;
  readonly inspector: Inspector;
  /** What may wait for the file system while artifacts come in. */
  readonly arriving: FairShare;
  /** No artifact may be longer, in bytes. */
  readonly maxSize: number;
}

/** How an artifact comes in. */
export interface Manner {
  readonly of: Transfer;
  /** Whether it is read while it comes in. */
  readonly isRead: boolean;
  /** Told how many bytes can be read. */
  readonly show: (readable: number) => void;
  /** Asked for what follows where whoever sends them is gone. */
  readonly rest: (received: number, why: Lost) => Promise<Source>;
}

/** Takes artifacts in, whoever sends them. */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} overloaded where there is no room */
  async makeRoom(size: number | undefined): Promise<Arrival> {
    const { memory, spool, bytesAt, arriving } = this.#parts;
    return memory?.begin(size) ?? arriveInFile(await spool.create(size), bytesAt, arriving);
  }

  /** Copies what is sent to where there is room for it, where others can read it at once. @throws as `transfer` does */
  async take(
    task: OwnTask,
    source: Source,
    arrival: Arrival,
    { of, isRead, show, rest }: Manner,
  ): Promise<{ readonly early: EarlyLook | undefined; readonly received: Arrived }> {
    const { fill, listed } = task;
    let early: EarlyLook | undefined;
    try {
      const { maxSize } = this.#parts;
      fill.begin(arrival.bytes, listed.file.size ?? source.size, of);
      if (isRead) early = this.#lookEarly(task, arrival.at);
      const { hashes, size } = listed.file;
      const declared = { hashes, size, maxSize };
      const progress = (readable: number) => {
        show(readable);
        early?.arrived(readable);
      };
      return { early, received: await transfer(source, arrival, declared, progress, rest) };
    } catch (error) {
      early?.abandon();
      throw error;
    }
  }

  /** Small artifacts are here before a look at them would have begun; at others one may have been had. */
  #lookEarly({ listed, known }: OwnTask, at: Inspectable): EarlyLook | undefined {
    const { inspector } = this.#parts;
    const { size } = listed.file;
    if (!listed.upstream.inspect || known.inspection !== undefined) return undefined;
    if (typeof at === 'string' && (size === undefined || size >= EARLY_LOOK_FROM))
      return inspector.begin(at, nameOf(listed), size);
    inspector.expectOne();
    return undefined;
  }
}
