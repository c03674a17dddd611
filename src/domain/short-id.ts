import { createHash } from 'node:crypto';
import type { Subject } from './subject.js';

const DIGITS = 10;

/** The parts of a file that a short link uses. */
export type Linked = Pick<Subject, 'project' | 'filename' | 'sha256'>;

/**
 * The ID of a file in a short link: the first digits of its SHA-256, or of a digest of its names if its SHA-256 is
 * unknown.
 */
export function shortIdOf({ project, filename, sha256 }: Linked): string {
  const digest = sha256 ?? createHash('sha256').update(`${project}/${filename}`).digest('hex');
  return digest.slice(0, DIGITS);
}

export function isShortId(text: string): boolean {
  return text.length === DIGITS && /^[0-9a-f]+$/.test(text);
}

/** @param publicUrl where clients see the server, without a slash at its end */
export function shortLink(publicUrl: string, file: Linked): string {
  return `${publicUrl}/w/${shortIdOf(file)}`;
}
