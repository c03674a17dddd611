import { it } from 'node:test';
import * as commands from '../../src/messages/commands.js';
import { assertWords } from '../support/messages.js';

it('lines of commands have these words', () => {
  assertWords(commands, {
    TOKEN_ONCE: '# The token (shown only once):',
    TOKEN_ENTRY: '# Add under "tokens:" in the file that access.tokens names:',
    WHAT_TO_DO: 'What to do:',
    knownGood: [[['a hook'], 'a hook: known-good']],
    NOT_AS_RECORDED: 'does not match its hash in RECORD',
    lockedElsewhere: [
      [
        ['six', 'http://a/', 'http://b/'],
        'six is locked from http://a/, not from http://b/: they bypass Wheelgate',
      ],
      [
        [2, 'http://a/', 'http://b/'],
        '2 releases are locked from http://a/, not from http://b/: they bypass Wheelgate',
      ],
    ],
  });
});
