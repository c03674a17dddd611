import type { PolicyWatcher } from '../policy/watcher.js';
import { withDeadline } from '../runtime/deadline.js';
import type { Member } from './members.js';
import type { PolicyText } from './words.js';

/** A worker makes a policy ready in so many milliseconds; else it is left out. */
const PATIENCE = 10_000;

/** The policy in force, as workers are told it. */
export function textOf({ meaning, current: { revision } }: PolicyWatcher): PolicyText {
  return { meaning, revision };
}

/** Hands each edit on: one after the other. */
export function tellEdits(policies: PolicyWatcher, members: () => readonly Member[]): void {
  let edits: Promise<unknown> = Promise.resolve();
  policies.onChange(() => {
    edits = edits.then(() => tellEdit(textOf(policies), members()));
  });
}

/** All workers make the policy ready first, and take it over then: not one after the other, as each gets there. */
async function tellEdit(text: PolicyText, members: readonly Member[]): Promise<void> {
  await Promise.allSettled(
    members.map(({ channel }) => withDeadline(PATIENCE, channel.ask('prepare-policy', text))),
  );
  for (const { channel } of members) channel.tell('policy', { revision: text.revision });
}
