import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CutRecord } from '../../src/decisions/record.js';
import { Promised } from '../../src/exposure/promised.js';
import { record } from '../decisions/records.js';

const cut = (request: string): CutRecord => {
  const { time, project, filename } = record('c');
  return { event: 'cut', time, request, project, filename, bytes: 0 };
};

it('of the downloads that may yet be cut only the newest are kept, each until it is', () => {
  const promised = new Promised<string>(2);
  for (const request of ['a', 'b', 'a', 'c']) promised.add(record('c', { request }), request);
  assert.deepEqual(
    ['a', 'b', 'c', 'c'].map((request) => promised.take(cut(request))),
    ['a', undefined, 'c', undefined],
  );
});
