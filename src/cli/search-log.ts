import { FileDecisionReader } from '../decisions/file-reader.js';
import type { DecisionQuery, DecisionSearch } from '../decisions/reader.js';
import type { DecisionRecord } from '../decisions/record.js';
import { counted } from '../domain/plural.js';
import { type Output, UsageError } from './output.js';

/**
 * Begins a search of a decision log that a user named; it shows how far it is.
 * @param place its file, or the folder it lies in
 * @throws {UsageError} where there is none
 */
export async function searchLog(
  place: string,
  query: DecisionQuery,
  out: Output,
): Promise<DecisionSearch> {
  const search = await new FileDecisionReader(place).search(query);
  const { files, gaps } = search;
  if (files === 0 && gaps.length === 0)
    throw new UsageError(`no decision log at ${place}: specify decisions.jsonl or its folder`);
  return {
    files,
    gaps,
    records: (onCut) => counting(search.records(onCut), out),
    get reachesBackTo() {
      return search.reachesBackTo;
    },
    close: () => search.close(),
  };
}

/** How many records pass between two words of progress. */
const STEP = 5_000;

async function* counting(
  records: AsyncIterable<DecisionRecord>,
  out: Output,
): AsyncGenerator<DecisionRecord> {
  let count = 0;
  for await (const record of records) {
    if (count > 0 && count % STEP === 0)
      out.progress(`read ${counted(count, 'record')} of the decision log`);
    count += 1;
    yield record;
  }
}
