import { FAILURES } from '../../../src/domain/failure.js';
import {
  askForWaiver,
  hookLine,
  refusedPhrase,
  refusedTitle,
  seePage,
  yankedText,
} from '../../../src/messages/refusals.js';
import { LATE, theUpstream } from '../../../src/messages/upstreams.js';
import { ANY } from '../../support/messages.js';

const REASON = 'REASON (RULE)';
const ASK = askForWaiver('CONTACT');
const UNREACHABLE = FAILURES['upstream-unreachable'].title;
const TIDEWATER = `${hookLine(1, 'tidewater.pth', ANY)} (startup-hook). ${seePage('http://127.0.0.1:8080/w/3b49aa7c3b')}`;

/** The messages that the documentation quotes, with the values that it has in their places. `…` is any value. */
export const MESSAGES: readonly string[] = [
  // What clients show: docs/client-says.md, README.md.
  refusedPhrase(`${REASON}. ${ASK}`),
  yankedText(REASON),
  `${refusedTitle('FILE')}, ${REASON}. ${ASK}`,
  refusedPhrase(TIDEWATER),
  `${refusedTitle('tidewater-2.4.1-py3-none-any.whl')}, ${TIDEWATER}`,
  `${UNREACHABLE}, ${ANY}`,
  // docs/errors.md
  UNREACHABLE,
  theUpstream('pypi', LATE),
  refusedTitle('FILENAME'),
];
