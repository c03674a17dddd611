import { it } from 'node:test';
import * as decisions from '../../src/messages/decisions.js';
import { assertWords } from '../support/messages.js';

it('gaps of the decision log have these words', () => {
  assertWords(decisions, {
    REDIS_SILENT: 'Redis does not respond',
    REPLICA_SILENT: 'the replica stopped responding',
    UNCONFIRMED: 'not confirmed by the replica yet',
    lastSeen: [[['it is gone', '12:00'], 'it is gone, last seen at 12:00']],
    noDecisions: [
      [['b'], 'b: no decisions available'],
      [['b', 'it is gone'], 'b: no decisions available: it is gone'],
    ],
    noDecisionsBefore: [[['b', '12:00'], 'b: no decisions before 12:00']],
    noDecisionsSince: [
      [['b', '12:00'], 'b: no decisions since 12:00'],
      [['b', '12:00', 'it is gone'], 'b: no decisions since 12:00: it is gone'],
    ],
    maybeMissingSince: [
      [['b', '12:00'], 'b: decisions since 12:00 may be missing'],
      [['b', '12:00', 'it is late'], 'b: decisions since 12:00 may be missing: it is late'],
    ],
    maybeMissingBetween: [
      [['b', '12:00', '13:00'], 'b: decisions between 12:00 and 13:00 may be missing'],
    ],
    archivedUnreadable: [[['d/1', 'it is gone'], 'd/1 in S3 cannot be read: it is gone']],
    ARCHIVED_DIFFERS: 'it differs from the uploaded file',
    archivedMissing: [[['d/1'], 'd/1 in S3 is missing, and earlier ones may be too']],
    archivedForeign: [[['d/1'], 'd/1 in S3 was not written by a replica, or has another version']],
    unreadableToItsEnd: [[['d.gz', 'EIO'], 'd.gz cannot be read completely: EIO']],
    notSearched: [[['a gap'], 'part of the decision log could not be searched: a gap']],
  });
});
