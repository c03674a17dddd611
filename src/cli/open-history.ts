import { DecisionHistory } from '../decisions/read-decisions.js';
import { UsageError } from './output.js';

/**
 * Opens a decision log that a user named.
 * @param place its file, or the folder it lies in
 * @throws {UsageError} where there is none
 */
export async function openHistory(place: string): Promise<DecisionHistory> {
  const history = await DecisionHistory.open(place);
  if (history.files === 0 && history.gaps.length === 0)
    throw new UsageError(`no decision log at ${place}: name decisions.jsonl, or its folder`);
  return history;
}
