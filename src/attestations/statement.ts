import { z } from 'zod';
import type { Sha256 } from '../domain/digest.js';
import { counted } from '../domain/plural.js';
import { sameFilename } from './same-filename.js';

/** The file that a verified signature must cover. */
export interface NamedDigest {
  readonly filename: string;
  readonly sha256: Sha256;
}

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** The statements that PyPI accepts (PEP 740): its own publish attestation, and SLSA's provenance. */
const PREDICATE_TYPES = [
  'https://docs.pypi.org/attestations/publish/v1',
  'https://slsa.dev/provenance/v1',
];

const statement = z.object({
  _type: z.string(),
  subject: z.array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) })),
  predicateType: z.string(),
});

/** Checks an in-toto statement against the file. @throws {Error} if it is about another file */
export function checkStatement(payload: Uint8Array, { filename, sha256 }: NamedDigest): void {
  const { _type, subject, predicateType } = read(payload);
  if (_type !== STATEMENT_TYPE) throw new Error('the statement is not an in-toto v1 statement');
  if (!PREDICATE_TYPES.includes(predicateType))
    throw new Error("the statement's predicate type is not a publish predicate");
  const [only, ...others] = subject;
  if (only === undefined || others.length > 0)
    throw new Error(`the statement has ${counted(subject.length, 'subject')} instead of one`);
  if (!sameFilename(only.name, filename)) throw new Error('the statement names another file');
  if (only.digest.sha256 !== sha256) throw new Error("the statement's sha256 does not match");
}

function read(payload: Uint8Array): z.output<typeof statement> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new Error('the statement is not JSON');
  }
  const result = statement.safeParse(value);
  if (!result.success) throw new Error('the statement is not a valid in-toto statement');
  return result.data;
}
