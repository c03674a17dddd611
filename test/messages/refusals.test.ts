import { it } from 'node:test';
import * as refusals from '../../src/messages/refusals.js';
import { assertWords } from '../support/messages.js';

it('refusals have these words', () => {
  assertWords(refusals, {
    yankedText: [[['bad (deny)'], 'refused by Wheelgate: bad (deny)']],
    refusedPhrase: [[['bad (deny)'], 'Refused by Wheelgate: bad (deny)']],
    refusedTitle: [[['a-1.whl'], 'Wheelgate refused a-1.whl']],
    askForWaiver: [[['me@example.com'], 'To ask for a waiver: me@example.com']],
    seePage: [[['http://host/w/1'], 'See http://host/w/1']],
    hookLine: [
      [[1, 'a.pth', 'import os'], 'line 1 of a.pth runs at every Python start: import os'],
    ],
  });
});
