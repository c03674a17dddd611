import { it } from 'node:test';
import * as upstreams from '../../src/messages/upstreams.js';
import { assertWords } from '../support/messages.js';

it('failures of upstreams have these words', () => {
  assertWords(upstreams, {
    theUpstream: [[['pypi', 'is unreachable'], 'The upstream pypi is unreachable.']],
    LATE: 'did not respond in time',
    failedInARow: [[[5, 2], 'has failed 5 times in a row; next attempt in 2 s']],
  });
});
