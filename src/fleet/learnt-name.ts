import type { Learnt } from './news.js';

/** Identifies a record: a newer one with the same name replaces it. */
export function nameOf(learnt: Learnt): string {
  switch (learnt.kind) {
    case 'missed':
      return 'missed';
    case 'page':
      return `page ${learnt.project}`;
    case 'attestation':
      return `attestation ${learnt.project} ${learnt.record.sha256} ${learnt.record.filename}`;
    case 'bytes':
      return `${learnt.what} ${learnt.upstream} ${learnt.project} ${learnt.seen.filename}`;
    default: {
      const { sha256, filename } = learnt.inspection;
      return `${learnt.kind} ${learnt.project} ${sha256} ${filename}`;
    }
  }
}
