import { askOnce } from '../../runtime/threads/thread.js';
import type { ListToRead } from './read-list.js';
import type { ListToWrite, WrittenLists } from './write-list.js';

/** The thread's request: one of the two. */
export interface ListQuestion {
  readonly read?: ListToRead;
  readonly write?: ListToWrite;
}

const SETTINGS = {
  program: new URL('./list-thread.js', import.meta.url),
  /** PyPI's 700,000 names take some 40 MiB at the most. */
  limits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 },
  isBackground: true,
};
/** In milliseconds. */
const PATIENCE = 120_000;

/** Reads an index's list in a separate thread. @throws if it is invalid, or too long */
export async function readListInThread(read: ListToRead): Promise<void> {
  await askOnce<ListQuestion, undefined>(SETTINGS, { read }, PATIENCE);
}

/** Writes the joined lists in a separate thread. */
export function writeListsInThread(write: ListToWrite): Promise<WrittenLists> {
  return askOnce<ListQuestion, WrittenLists>(SETTINGS, { write }, PATIENCE);
}
