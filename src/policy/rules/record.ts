import { onFindings } from './findings.js';

export const record = onFindings(
  'record',
  'Refuses wheels whose RECORD is missing, incomplete or wrong. Default: block.',
);
