import { appendEntry, type NewEntry } from '../yaml/append-entry.js';
import type { Output } from './output.js';
import type { PolicyEdit } from './policy-edit.js';
import { copied } from './words.js';

/** Adds an entry to the named file, or else prints it as a separate file. */
export async function putEntry(
  entry: NewEntry,
  edit: PolicyEdit | undefined,
  path: string | undefined,
  out: Output,
): Promise<void> {
  const text = appendEntry('', entry).trimEnd();
  if (edit !== undefined) {
    await edit.write(entry);
    out.line(`written into ${path}:`);
  }
  for (const line of text.split('\n')) out.line(copied(line));
}
