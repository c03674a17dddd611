import type { Judge } from './rule.js';

/** Not a setting: bytes that nothing is known of beforehand cannot be checked, stored or judged by name. */
export const integrity: Judge = ({ subject }) =>
  subject.sha256 === undefined
    ? { reason: `the index declares no sha256 for ${subject.filename}` }
    : undefined;
