import { FileDecisionReader } from '../decisions/file-reader.js';
import type { DecisionQuery, DecisionSearch } from '../decisions/reader.js';
import type { DecisionRecord } from '../decisions/record.js';
import { counted } from '../domain/plural.js';
import { type Output, UsageError } from './output.js';

/**
 * Starts a search of the decision log that a user named, with a progress display.
 * @param place its file, or its folder
 * @throws {UsageError} if there is no log
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
