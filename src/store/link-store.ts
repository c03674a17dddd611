import type { Linked } from '../domain/short-id.js';

/** The files behind short links. */
export interface LinkStore {
  /**
   * The files with an id (`domain/short-id.ts`): usually one, but the same bytes may have several names. Rejects if
   * they are unreadable, which does not mean that there are none.
   */
  find(id: string): Promise<readonly Linked[]>;
  /** Durable when it resolves, unless the disk fails; never rejects. */
  note(linked: Linked): Promise<void>;
}
