import type { Rule } from './rule.js';

/** Refuses what could not be checked on arrival. No setting lifts it. */
export const integrity: Rule = ({ subject }) =>
  subject.sha256 === undefined
    ? { reason: 'the index declares no sha256 for this file, so its bytes cannot be checked' }
    : undefined;
