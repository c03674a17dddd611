import { it } from 'node:test';
import * as settings from '../../src/messages/settings.js';
import { assertWords } from '../support/messages.js';

it('what is wrong with a setting has these words', () => {
  assertWords(settings, {
    unknownKey: [
      [['mdoe'], 'unknown key "mdoe"'],
      [['mdoe', 'mode'], 'unknown key "mdoe" (did you mean "mode"?)'],
    ],
    knownKeysHere: [[[['a', 'b']], 'known keys here: a, b']],
    didYouMean: [[['mode'], '(did you mean "mode"?)']],
    expectedGot: [[['a number', '"all"'], 'expected a number, got "all"']],
  });
});
