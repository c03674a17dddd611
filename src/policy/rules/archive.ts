import { onFindings } from './findings.js';

export const archive = onFindings(
  'archive',
  'Refuses archives that readers could read differently. Default: block.',
);
