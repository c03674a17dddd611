import { onFindings } from './findings.js';

export const archive = onFindings(
  'archive',
  'Refuses ambiguous, damaged and oversized archives. Default: block.',
);
