import { collect } from '../../../runtime/collect.js';
import type { Seal } from '../../seal.js';
import { STATE_FOLDER, stateKeyOf } from './archive-names.js';
import { type ArchiveState, readArchiveState } from './archived-values.js';
import { mapped } from './mapped.js';
import type { Objects } from './objects.js';

/** The lifetime of a read result, in milliseconds. */
const FRESH = 30_000;
const LONGEST = 4_096;

export interface StatesParts {
  readonly objects: Objects;
  readonly seal: Seal;
  readonly now: () => number;
  /** Receives the number of statements that no replica has signed. */
  readonly onUnsigned: (count: number) => void;
}

export type ArchiveStates = ReadonlyMap<string, ArchiveState>;

/** Reads each replica's statement about its uploads to the archive. */
export class StatesReader {
  readonly #parts: StatesParts;
  #read: { readonly at: number; readonly states: Promise<ArchiveStates> } | undefined;

  constructor(parts: StatesParts) {
    this.#parts = parts;
  }

  /** By replica name. @throws if the archive does not respond */
  states(signal: AbortSignal): Promise<ArchiveStates> {
    const now = this.#parts.now();
    const age = this.#read === undefined ? Number.POSITIVE_INFINITY : now - this.#read.at;
    if (this.#read !== undefined && age >= 0 && age < FRESH) return this.#read.states;
    const states = this.#readAll(signal);
    this.#read = { at: now, states };
    states.catch(() => {
      this.#read = undefined;
    });
    return states;
  }

  async #readAll(signal: AbortSignal): Promise<ArchiveStates> {
    const { objects, seal, onUnsigned } = this.#parts;
    const { keys } = await objects.list(STATE_FOLDER, signal);
    const names = keys.map((key) => key.slice(STATE_FOLDER.length).replace(/\.json$/, ''));
    const states = new Map<string, ArchiveState>();
    let unsigned = 0;
    await mapped(names, async (replica) => {
      const found = await objects.get(stateKeyOf(replica), signal);
      if (found === undefined) return;
      const bytes = await collect(found.body, LONGEST, () => new Error('too large'));
      const state = readArchiveState(replica, bytes, seal);
      if (state === undefined) unsigned += 1;
      else states.set(replica, state);
    });
    if (unsigned > 0) onUnsigned(unsigned);
    return states;
  }
}
