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

/** Artifacts of this size are inspected while they arrive, in bytes. */
const EARLY_LOOK_FROM = 1024 * 1024;

export interface IntakeParts {
  readonly spool: Spool;
  /** For small artifacts; undefined if others read incoming artifacts here. */
  readonly memory: ArrivingMemory | undefined;
  readonly bytesAt: BytesAt;
  readonly inspector: Inspector;
  /** Pieces of incoming artifacts that wait for the file system. */
  readonly arriving: FairShare;
  /** No artifact may be longer, in bytes. */
  readonly maxSize: number;
}

/** Options of an incoming artifact. */
export interface Manner {
  readonly of: Transfer;
  /** Whether it is inspected while it arrives. */
  readonly isRead: boolean;
  /** Receives the number of readable bytes. */
  readonly show: (readable: number) => void;
  /** Requests the remaining bytes if their sender is lost. */
  readonly rest: (received: number, why: Lost) => Promise<Source>;
}

/** Receives artifacts from any sender. */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} overloaded if there is no room */
  async makeRoom(size: number | undefined): Promise<Arrival> {
    const { memory, spool, bytesAt, arriving } = this.#parts;
    return memory?.begin(size) ?? arriveInFile(await spool.create(size), bytesAt, arriving);
  }

  /**
   * Copies the incoming bytes to a place with room, where they can be read immediately. @throws the errors of
   * `transfer`
   */
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
      const received = await transfer(source, arrival, declared, progress, rest);
      if (fill.total === undefined) {
        // Clients wait for the length before they receive anything: they need not wait for the inspection as well.
        fill.begin(arrival.bytes, received.size, of);
        fill.advance(received.size);
      }
      return { early, received };
    } catch (error) {
      early?.abandon();
      throw error;
    }
  }

  /** Small artifacts arrive before an early inspection would start; others may have been inspected before. */
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
