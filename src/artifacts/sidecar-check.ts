import { createHash } from 'node:crypto';
import { Failure } from '../domain/failure.js';
import { checked, type Hashes } from '../domain/hashes.js';

/** Of a zip's end record (APPNOTE 4.3.16). */
const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');

/** @throws {Failure} upstream-broken where bytes are not the sidecar that is meant */
export function checkSidecar(bytes: Uint8Array, hashes: Hashes): void {
  const objection = objectionTo(bytes, hashes);
  if (objection !== undefined) throw broken(`The metadata file ${objection}.`);
}

/**
 * The reason why bytes are not the expected sidecar. Core metadata are the headers of an e-mail: text. An archive is
 * not, so a page that declares an artifact's digest for its sidecar cannot bypass the gate: gzip, bzip2 and zip have
 * control characters among their first bytes, and a zip after a text prefix ends with its end record.
 */
export function objectionTo(bytes: Uint8Array, hashes: Hashes): string | undefined {
  for (const [algorithm, declared] of checked(hashes)) {
    const digest = createHash(algorithm).update(bytes).digest('hex');
    if (digest !== declared)
      return `has ${algorithm} ${digest}, but the index declares ${declared}`;
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = view.toString('latin1', 0, 512);
  const isText = !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(begin) && !view.includes(END_RECORD);
  return isText ? undefined : 'is not text';
}

export function broken(what: string, cause?: unknown): Failure {
  return new Failure('upstream-broken', what, { cause });
}
