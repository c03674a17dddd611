import type { Attestation, AttestationRecord, Signing } from '../domain/attestation.js';
import { parseSha256 } from '../domain/digest.js';
import { parsePublisherId } from '../domain/publisher.js';

/** JSON has no infinity, so a result that never changes has no end. */
export function writeAttestation({ askAgainAt, ...record }: AttestationRecord): string {
  return JSON.stringify(askAgainAt === Infinity ? record : { ...record, askAgainAt });
}

/** Checks the structure of a record; undefined if it is invalid or incomplete. */
export function readAttestation(text: string): AttestationRecord | undefined {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { filename, askAgainAt = Infinity } = value;
  const sha256 = parseSha256(value.sha256);
  const attestation = attestationIn(value.attestation);
  return typeof filename === 'string' &&
    typeof askAgainAt === 'number' &&
    sha256 !== undefined &&
    attestation !== undefined
    ? { filename, sha256, attestation, askAgainAt }
    : undefined;
}

function attestationIn(value: unknown): Attestation | undefined {
  const { kind, reason, publishers, signings } = (value ?? {}) as Record<string, unknown>;
  if ((kind === 'unverifiable' || kind === 'unreachable') && typeof reason === 'string')
    return { kind, reason };
  if (kind !== 'attested' || !Array.isArray(publishers) || publishers.length === 0)
    return undefined;
  const ids = publishers.map((text) => parsePublisherId(String(text)));
  if (!ids.every((id) => id !== undefined)) return undefined;
  return {
    kind,
    publishers: ids,
    ...(Array.isArray(signings) && { signings: signingsIn(signings) }),
  };
}

/** They are only displayed and do not affect verdicts, so unreadable ones are omitted. */
function signingsIn(signings: readonly unknown[]): Signing[] {
  return signings.flatMap((one) => {
    const value = (one ?? {}) as Record<string, unknown>;
    const publisher = parsePublisherId(String(value.publisher));
    if (publisher === undefined) return [];
    const { repository, workflow, loggedAt } = value;
    return {
      publisher,
      ...(typeof repository === 'string' && { repository }),
      ...(typeof workflow === 'string' && { workflow }),
      ...(typeof loggedAt === 'number' && { loggedAt }),
    };
  });
}
