import { InspectionProblem } from '../finding-list.js';

/** Of a directory entry, a local header, the end records, their locator and a data descriptor (APPNOTE 4.3). */
const SIGNATURE = /PK(?:\x01\x02|\x03\x04|\x05\x06|\x06[\x06\x07]|\x07\x08)/;

/**
 * Whether bytes contain the signature of a zip record: a reader that searches for records, instead of following them,
 * then finds a false one.
 * @param bytes a character a byte
 */
export function holdsSignature(bytes: string): boolean {
  return bytes.includes('PK') && SIGNATURE.test(bytes);
}

export function signatureIn(what: string, member: string): InspectionProblem {
  return new InspectionProblem('zip-signature', `${what} of ${member} looks like a zip record`, {
    member,
  });
}
