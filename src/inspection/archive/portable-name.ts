import type { FindingCode } from '../../domain/finding-codes.js';
import type { FindingList } from '../finding-list.js';
import { isUsualPath } from './member-name.js';

/** A problem with one segment of a path, or with the whole path. */
export interface NameOddity {
  readonly code: FindingCode;
  readonly why: string;
}

/**
 * The maximum length of a file name: bytes on Linux (NAME_MAX), UTF-16 units on Windows, so the limit in bytes of UTF-8
 * covers both.
 */
const MAX_SEGMENT_BYTES = 255;

/** In addition to printable ASCII, only letters, digits and marks of any script; marks require a base character. */
const STRANGE = /[^\x20-\x7e\p{L}\p{N}\p{M}]|(?<![\p{L}\p{N}\p{M}])\p{M}/u;
/** Characters that are invisible and that some file systems ignore (ext4 with casefold, HFS+). */
const IGNORED = /\p{Default_Ignorable_Code_Point}/u;
/** The backslash has a separate finding. */
const RESERVED = /["*:<>?|]/;
/** Devices, with any suffix and any spaces before it. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$) *(?:\.|$)/i;
/** As Windows makes them: `PROGRA~1`, `SITECU~1.PY`. */
const SHORT = /~\d+(?:\.[^.]*)?$/;

/**
 * Reports a wheel's member whose path could mean another file on another system: known-good wheels use letters and
 * digits of any script, composed (NFC), inner spaces, and the ASCII that Windows allows.
 */
export function checkPortableName(path: string, findings: FindingList): void {
  if (path.length <= MAX_SEGMENT_BYTES && isUsualPath(path)) return;
  const segments = path.replace(/\/$/, '').split('/');
  const codes = new Set<FindingCode>();
  for (const segment of segments) {
    const oddity = oddityOf(segment);
    if (oddity === undefined || codes.has(oddity.code)) continue;
    codes.add(oddity.code);
    findings.add(oddity.code, `the name ${path} ${oddity.why}`, { member: path });
  }
}

/** The first problem of a segment; undefined if it is valid. */
export function oddityOf(segment: string): NameOddity | undefined {
  // Climbing and absolute paths have separate findings.
  if (segment === '' || segment === '.')
    return odd('member-name-segment', 'has an empty or dot segment');
  if (RESERVED.test(segment) || DEVICE.test(segment))
    return odd('member-name-reserved', 'is reserved on Windows or contains a reserved character');
  if (/^ |[. ]$/.test(segment))
    return odd('member-name-edge', 'has a trailing or leading space or dot, which Windows drops');
  if (SHORT.test(segment)) return odd('member-name-short', 'looks like a Windows short name');
  if (STRANGE.test(segment) || IGNORED.test(segment))
    return odd('member-name-character', 'has a character that is not a letter, digit or mark');
  if (segment.normalize('NFC') !== segment)
    return odd('member-name-form', 'is not in Unicode normal form C');
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
    return odd('member-name-long', `has a segment of more than ${MAX_SEGMENT_BYTES} bytes`);
  return undefined;
}

function odd(code: FindingCode, why: string): NameOddity {
  return { code, why };
}
