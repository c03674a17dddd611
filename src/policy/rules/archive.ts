import { findingsOf, objectTo } from './findings.js';
import type { Rule } from './rule.js';

/** Refuses archives that two readers could read differently, that cannot be read, or that break a limit. */
export const archive: Rule = ({ inspection }) => objectTo(findingsOf(inspection, 'archive'));
