import type { DecisionRecord } from '../../../src/decisions/record.js';

/** A refused request. @param at milliseconds since 1970 */
export function refusal(at: number, about: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    time: new Date(at).toISOString(),
    client: '192.0.2.1',
    method: 'GET',
    status: 403,
    upstream: 'pypi',
    project: 'demo',
    version: '1.0',
    filename: 'demo-1.0-py3-none-any.whl',
    bytes: 0,
    complete: false,
    verdict: 'block',
    rule: 'startup-hook',
    reason: 'demo.pth runs code',
    revision: 'abc',
    ...about,
  };
}
