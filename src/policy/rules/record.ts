import { findingsOf, objectTo } from './findings.js';
import type { Rule } from './rule.js';

/** Refuses wheels whose RECORD does not list what they hold, or lists it with other hashes (PEP 376, 427). */
export const record: Rule = ({ inspection }) => objectTo(findingsOf(inspection, 'record'));
