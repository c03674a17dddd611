import { FAILURES } from '../../../src/domain/failure.js';
import {
  folderInUse,
  folderNotLocked,
  folderRefused,
  newerFolder,
} from '../../../src/messages/data-folder.js';
import {
  ARCHIVED_DIFFERS,
  archivedForeign,
  archivedMissing,
  archivedUnreadable,
  lastSeen,
  maybeMissingBetween,
  maybeMissingSince,
  noDecisionsBefore,
  noDecisionsSince,
  notSearched,
  REDIS_SILENT,
  REPLICA_SILENT,
  UNCONFIRMED,
} from '../../../src/messages/decisions.js';
import {
  askForWaiver,
  hookLine,
  refusedPhrase,
  refusedTitle,
  seePage,
  yankedText,
} from '../../../src/messages/refusals.js';
import { dashboardAt, listensOn } from '../../../src/messages/start.js';
import { LATE, theUpstream } from '../../../src/messages/upstreams.js';
import type { Standing } from '../../../src/verdicts/explain-verdict.js';
import { ANY } from '../../support/messages.js';

const UNINSPECTED: Standing = 'not inspected yet';
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
  // docs/commands.md
  listensOn('http://127.0.0.1:8080'),
  dashboardAt('http://127.0.0.1:8080'),
  UNINSPECTED,
  // docs/data-folder.md
  `wheelgate: ${folderRefused(folderInUse('/var/lib/wheelgate', 'process 1 on 4f1c0a2b7d3e, since 2026-11-25T09:12:44.120Z'))}`,
  folderNotLocked(ANY, ANY),
  newerFolder(ANY, { format: ANY, wheelgate: ANY }, ANY),
  // docs/fleet.md
  noDecisionsSince('b', ANY, lastSeen(REDIS_SILENT, ANY)),
  maybeMissingSince('b', ANY, UNCONFIRMED),
  noDecisionsSince('b', ANY, lastSeen(REPLICA_SILENT, ANY)),
  maybeMissingBetween('b', ANY, ANY),
  noDecisionsSince('b', ANY),
  noDecisionsBefore('b', ANY),
  archivedUnreadable(`decisions/${ANY}`, ARCHIVED_DIFFERS),
  archivedMissing(ANY),
  archivedForeign(ANY),
  // docs/operations/alerts.md
  notSearched(ANY),
];
