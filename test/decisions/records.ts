import type { DecisionRecord } from '../../src/decisions/record.js';

/** A record of a download, by which it is known again in `client`. */
export function record(client: string, more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    time: '2026-05-05T00:00:00.000Z',
    client,
    method: 'GET',
    status: 200,
    upstream: 'pypi',
    project: 'bad',
    version: '1.1',
    filename: 'bad-1.1-py3-none-any.whl',
    bytes: 10,
    complete: true,
    verdict: 'allow',
    revision: 'r',
    ...more,
  };
}

/** The name that a log gives the file that it puts aside as the so-many-th. */
export function asideName(number: number): string {
  return `decisions-2026-01-01T00-00-00.000Z-${String(number).padStart(4, '0')}.jsonl`;
}
