import type { Linked } from '../domain/short-id.js';

/** Which files short links mean. */
export interface LinkStore {
  /**
   * Files that were noted under an id (`domain/short-id.ts`): commonly one; the same bytes may go by several names. Rejects
   * where they cannot be read, which says nothing of whether there are any.
   */
  find(id: string): Promise<readonly Linked[]>;
  /** Durable once it resolves, as far as the disk lets it; never rejects. */
  note(linked: Linked): Promise<void>;
}
