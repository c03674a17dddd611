import { it } from 'node:test';
import * as start from '../../src/messages/start.js';
import { assertWords } from '../support/messages.js';

it('what a start says has these words', () => {
  assertWords(start, {
    listensOn: [
      [
        ['http://h:1'],
        'wheelgate listens on http://h:1, for pip: PIP_INDEX_URL=http://h:1/simple/',
      ],
    ],
    dashboardAt: [[['http://h:1'], 'its dashboard: http://h:1/']],
    POLICY_IN_FORCE: 'policy in force',
    ONLY_COUNTED: 'refusals are counted but not enforced',
  });
});
