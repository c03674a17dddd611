import { FileDecisionReader } from '../decisions/file-reader.js';
import type { DecisionQuery, DecisionSearch } from '../decisions/reader.js';
import { UsageError } from './output.js';

/**
 * Begins a search of a decision log that a user named.
 * @param place its file, or the folder it lies in
 * @throws {UsageError} where there is none
 */
export async function searchLog(place: string, query: DecisionQuery): Promise<DecisionSearch> {
  const search = await new FileDecisionReader(place).search(query);
  if (search.files === 0 && search.gaps.length === 0)
    throw new UsageError(`no decision log at ${place}: name decisions.jsonl, or its folder`);
  return search;
}
