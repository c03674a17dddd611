import type { Signer } from '@sigstore/verify';
import type { Publisher } from '../domain/publisher.js';

/**
 * The claims of a Fulcio certificate about its requester: each is an extension with this number
 * (https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md), and its value is a DER UTF8String.
 */
const FULCIO = '1.3.6.1.4.1.57264.1';
const CLAIMS = {
  issuer: 8,
  sourceRepository: 12,
  sourceDigest: 13,
  sourceRef: 14,
  buildConfig: 18,
} as const;

/**
 * Checks the certificate of a verified signature against the publisher that the provenance names.
 * A publisher names a repository and a workflow; the certificate names the workflow at the commit or ref of its run.
 * The expected value is therefore composed of the publisher's part and the certificate's own commit or ref.
 * @throws {Error} if the certificate was issued to another identity
 */
export function checkIdentity(signer: Signer, publisher: Publisher): void {
  const claim = (name: keyof typeof CLAIMS) => claimOf(signer, `${FULCIO}.${CLAIMS[name]}`);
  const expect = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`the certificate's ${what} does not match the publisher`);
  };
  if (publisher.kind === 'google') {
    expect(claim('issuer') === 'https://accounts.google.com', 'issuer');
    expect(signer.identity?.subjectAlternativeName === publisher.email, 'account');
    return;
  }
  const { issuer, repository, workflow } = forge(publisher);
  expect(claim('issuer') === issuer, 'issuer');
  expect(claim('sourceRepository') === repository, 'repository');
  const places = [claim('sourceDigest'), claim('sourceRef')].filter((at) => at !== undefined);
  const config = claim('buildConfig');
  expect(
    places.some((at) => config === `${workflow}@${at}`),
    'workflow',
  );
}

function forge({ kind, repository, workflow }: Exclude<Publisher, { kind: 'google' }>) {
  if (kind === 'github') {
    const url = `https://github.com/${repository}`;
    const issuer = 'https://token.actions.githubusercontent.com';
    return { issuer, repository: url, workflow: `${url}/.github/workflows/${workflow}` };
  }
  const url = `https://gitlab.com/${repository}`;
  return { issuer: 'https://gitlab.com', repository: url, workflow: `${url}//${workflow}` };
}

/** Undefined if the certificate lacks the claim, repeats it, or has a value that is no text. */
function claimOf({ identity }: Signer, oid: string): string | undefined {
  const found = (identity?.oids ?? []).filter((pair) => pair.oid?.id.join('.') === oid);
  return found.length === 1 ? utf8String(found[0]!.value) : undefined;
}

/** A DER UTF8String (tag 0x0c) that fills its bytes exactly; lengths up to 64 KiB. */
function utf8String(der: Buffer): string | undefined {
  const [tag, first = 0] = der;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const value = der.subarray(2 + lengthBytes);
  const readable = first < 0x80 || lengthBytes === 1 || lengthBytes === 2;
  if (tag !== 0x0c || !readable || der.length < 2 + lengthBytes) return undefined;
  const length = lengthBytes === 0 ? first : der.readUIntBE(2, lengthBytes);
  return value.length === length ? value.toString('utf8') : undefined;
}
