import { z } from 'zod';
import { path } from '../terms.js';

/** The settings below `tls`. */
export const tlsSection = z
  .strictObject({
    cert: path().describe('Certificate with its chain, PEM.').optional(),
    key: path().describe('Private key, PEM.').optional(),
  })
  .superRefine(({ cert, key }, context) => {
    if ((cert === undefined) !== (key === undefined))
      context.addIssue('expected both cert and key');
  })
  .prefault({})
  .describe('HTTPS without a reverse proxy.');

/** @returns the files of the certificate and its key; undefined for plain HTTP */
export function toTls({ cert, key }: z.output<typeof tlsSection>) {
  return cert === undefined || key === undefined ? undefined : { cert, key };
}
