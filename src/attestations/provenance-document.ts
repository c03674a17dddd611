import { z } from 'zod';
import type { Publisher } from '../domain/publisher.js';

/** A provenance document has a few kilobytes per attestation, and PyPI accepts two per file. In bytes. */
export const MAX_DOCUMENT = 2 ** 20;

const base64 = (limit: number) =>
  z
    .string()
    .max(limit)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/);
/** An int64 of protobuf's JSON form. Limited, because large numbers are slow to parse. */
const integer = z.union([z.string().regex(/^\d{1,19}$/), z.int().min(0)]).transform(String);

/**
 * The signed head of the log. The sigstore library puts the name after the dash into a regular expression, which is
 * safe for a plain host name. The second line is a number that the library parses.
 */
const checkpoint = z
  .string()
  .max(16_384)
  .regex(/^[^\n]*\n\d{1,19}\n/)
  .refine((envelope) =>
    [...envelope.matchAll(/\u2014 (\S*)/g)].every(([, name = '']) => /^[\w./-]+$/.test(name)),
  );

/** Rekor's TransparencyLogEntry in protobuf's JSON form. */
const logEntry = z.object({
  logIndex: integer,
  logId: z.object({ keyId: base64(200) }),
  kindVersion: z.object({ kind: z.string().max(40), version: z.string().max(40) }),
  integratedTime: integer.optional(),
  inclusionPromise: z.object({ signedEntryTimestamp: base64(2_000) }).optional(),
  inclusionProof: z.object({
    logIndex: integer,
    rootHash: base64(200),
    treeSize: integer,
    hashes: z.array(base64(200)).max(64),
    checkpoint: z.object({ envelope: checkpoint }),
  }),
  canonicalizedBody: base64(200_000),
});

const attestation = z.object({
  version: z.literal(1),
  verification_material: z.object({
    certificate: base64(32_000),
    transparency_entries: z.array(logEntry).min(1).max(4),
    /** RFC 3161; a second-generation log (Rekor v2) has no timestamp itself. */
    timestamps: z.array(base64(20_000)).max(4).optional(),
  }),
  envelope: z.object({ statement: base64(400_000), signature: base64(2_000) }),
});

const workflow = z.string().regex(/^[^\p{C}]{1,300}$/u);
const publisher = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('GitHub'),
      repository: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/),
      workflow,
    }),
    z.object({
      kind: z.literal('GitLab'),
      repository: z
        .string()
        .regex(/^[\w.-]+(?:\/[\w.-]+){1,20}$/)
        .max(300),
      workflow_filepath: workflow,
    }),
    z.object({
      kind: z.literal('Google'),
      email: z.string().regex(/^[^\s@:/]{1,100}@[\w.-]{1,200}$/),
    }),
  ])
  .transform((claim): Publisher => {
    const { kind } = claim;
    if (kind === 'GitHub')
      return { kind: 'github', repository: claim.repository, workflow: claim.workflow };
    if (kind === 'GitLab')
      return { kind: 'gitlab', repository: claim.repository, workflow: claim.workflow_filepath };
    return { kind: 'google', email: claim.email };
  });

/** PEP 740's provenance object. The numbers of bundles and attestations are limited, because each takes about 10 ms. */
const provenance = z.object({
  version: z.literal(1).default(1),
  attestation_bundles: z
    .array(z.object({ publisher, attestations: z.array(attestation).min(1).max(8) }))
    .min(1)
    .max(4),
});

export type ProvenanceDocument = z.output<typeof provenance>;
export type AttestationObject = z.output<typeof attestation>;

/** Reads a provenance document. @throws {Error} if it does not have the structure of PEP 740 */
export function parseProvenance(bytes: Uint8Array): ProvenanceDocument {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('the document is not JSON');
  }
  const result = provenance.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join('.') ?? '';
  throw new Error(`the document does not follow PEP 740${path === '' ? '' : ` at ${path}`}`);
}
