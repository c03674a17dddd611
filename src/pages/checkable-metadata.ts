import { parseSha256 } from '../domain/digest.js';
import type { Hashes } from '../domain/project-page.js';

/** A sidecar without a SHA-256 could not be checked, so it is not offered. */
export function checkableMetadata(declared: Hashes | undefined): Hashes | false {
  return declared !== undefined && parseSha256(declared.sha256) !== undefined ? declared : false;
}
