import { AUDIT_CODES } from '../../../src/audit/codes.js';
import { FAILURES } from '../../../src/domain/failure.js';
import {
  knownGood,
  lockedElsewhere,
  NOT_AS_RECORDED,
  TOKEN_ENTRY,
  TOKEN_ONCE,
  WHAT_TO_DO,
} from '../../../src/messages/commands.js';
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
  hasAnotherAffix,
  itsName,
  letThroughFix,
  newAndAlike,
  pinsDiffer,
  usedHere,
} from '../../../src/messages/reasons.js';
import {
  askForWaiver,
  hookLine,
  refusedPhrase,
  refusedTitle,
  seePage,
  yankedText,
} from '../../../src/messages/refusals.js';
import { expectedGot, knownKeysHere, unknownKey } from '../../../src/messages/settings.js';
import { dashboardAt, listensOn } from '../../../src/messages/start.js';
import { LATE, theUpstream } from '../../../src/messages/upstreams.js';
import type { Standing } from '../../../src/verdicts/explain-verdict.js';

const UNINSPECTED: Standing = 'not inspected yet';
const REASON = 'REASON (RULE)';
const ASK = askForWaiver('CONTACT');
const UNREACHABLE = FAILURES['upstream-unreachable'].title;
const TIDEWATER = `${hookLine(1, 'tidewater.pth', 'import base64; exec(base64.b64decode("cGFzcw=="))')} (startup-hook). ${seePage('http://127.0.0.1:8080/w/3b49aa7c3b')}`;

/** The messages that the documentation quotes, with the values that it has in their places, or any where it has `…`. */
export const MESSAGES: readonly string[] = [
  // What clients show: docs/client-says.md, README.md.
  refusedPhrase(`${REASON}. ${ASK}`),
  yankedText(REASON),
  `${refusedTitle('FILE')}, ${REASON}. ${ASK}`,
  refusedPhrase(TIDEWATER),
  `${refusedTitle('tidewater-2.4.1-py3-none-any.whl')}, ${TIDEWATER}`,
  `${UNREACHABLE}, ${theUpstream('pypi', LATE)}`,
  // docs/errors.md
  UNREACHABLE,
  theUpstream('pypi', LATE),
  refusedTitle('FILENAME'),
  // docs/audit.md
  `${hookLine(1, 'helper.pth', 'import base64; exec(base64.b64decode(...')} (helper 2.1)`,
  `/srv/app/.venv/lib/python3.13/site-packages/requests/api.py of requests 2.32.3 ${NOT_AS_RECORDED}`,
  knownGood(`${hookLine(1, 'distutils-precedence.pth', '...')} (setuptools 80.9.0)`),
  WHAT_TO_DO,
  `startup-hook: ${AUDIT_CODES['startup-hook'].advice}`,
  `file-altered: ${AUDIT_CODES['file-altered'].advice}`,
  // docs/commands.md
  listensOn('http://127.0.0.1:8080'),
  dashboardAt('http://127.0.0.1:8080'),
  UNINSPECTED,
  // docs/configuration.md
  `wheelgate.yaml:3:3: ${unknownKey('holdBytes', 'hold-bytes')}; ${knownKeysHere(['mode', 'hold-bytes', 'hold-time', 'last-block'])}`,
  `WHEELGATE_DECISIONS_KEEP: ${expectedGot('a number', '"all"')}`,
  pinsDiffer('six.whl', 'sha256 1', 'sha256 2'),
  // docs/data-folder.md
  `wheelgate: ${folderRefused(folderInUse('/var/lib/wheelgate', 'process 1 on 4f1c0a2b7d3e, since 2026-11-25T09:12:44.120Z'))}`,
  folderNotLocked('data', 'ENOSYS'),
  newerFolder('data', { format: 2, wheelgate: '9.0.0' }, 1),
  // docs/fleet.md
  noDecisionsSince('b', '12:00', lastSeen(REDIS_SILENT, '12:01')),
  maybeMissingSince('b', '12:00', UNCONFIRMED),
  noDecisionsSince('b', '12:00', lastSeen(REPLICA_SILENT, '12:01')),
  maybeMissingBetween('b', '12:00', '13:00'),
  noDecisionsSince('b', '12:00'),
  noDecisionsBefore('b', '12:00'),
  archivedUnreadable('decisions/a', ARCHIVED_DIFFERS),
  archivedMissing('decisions/a'),
  archivedForeign('decisions/a'),
  // docs/locks.md
  `${lockedElsewhere(42, 'https://pypi.org/simple', 'https://wheelgate.example.com/')} (uv.lock:12)`,
  // docs/operations/access.md
  TOKEN_ONCE,
  TOKEN_ENTRY,
  // docs/operations/alerts.md
  notSearched('a gap'),
  // docs/policy.md
  `six 1.17.0 was uploaded today; ${letThroughFix('GHSA-1')}`,
  newAndAlike('pycolorama', '3 days old', itsName(hasAnotherAffix('colorama', usedHere(10)))),
];
