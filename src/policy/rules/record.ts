import { onFindings } from './findings.js';

export const record = onFindings(
  'record',
  'Refuses wheels whose RECORD does not list every file, truly. Default: block.',
);
