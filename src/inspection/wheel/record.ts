import { normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { parseCsv } from './csv.js';

/** What RECORD says of one file, as it is written there: most entries are never asked for more. */
interface RecordEntry {
  readonly hash: string;
  readonly size: string;
  /** Whether the file is there. */
  isThere: boolean;
}

/** Hashes that a RECORD may use: SHA-256 or better (PEP 376 names no others that are sound). */
const STRONG = new Set(['sha256', 'sha384', 'sha512']);

const USUAL = 'sha256=';

/** More than any wheel has members (see the limits), so that a RECORD alone cannot fill the memory. */
const MAX_ENTRIES = 250_000;

/** The table of files of a wheel. */
export class WheelRecord {
  readonly #entries = new Map<string, RecordEntry>();
  readonly #folder: string;
  readonly #findings: FindingList;

  /** @param folder the wheel's `.dist-info` folder, without a slash */
  constructor(content: Buffer, folder: string, findings: FindingList) {
    this.#folder = folder;
    this.#findings = findings;
    try {
      for (const row of parseCsv(content.toString('utf8').replace(/^\ufeff/, '')))
        this.#addRow(row);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      findings.add('record-malformed', `${folder}/RECORD is no CSV: ${error.message}`);
    }
  }

  #addRow([path = '', hash = '', size = '']: readonly string[]): void {
    const name = normalisePath(path);
    const earlier = this.#entries.get(name);
    if (earlier !== undefined && parseHash(earlier.hash).digest !== parseHash(hash).digest)
      this.#findings.add('record-duplicate', `RECORD lists ${name} twice with different hashes`, {
        member: name,
      });
    if (this.#entries.size === MAX_ENTRIES) throw new RangeError('it lists too many files');
    this.#entries.set(name, { hash, size, isThere: false });
  }

  /** The algorithm to hash a member with beside SHA-256, or undefined. */
  algorithmOf(path: string): string | undefined {
    const entry = this.#entries.get(normalisePath(path));
    // As in nearly every wheel: most members are never asked for more than this.
    if (entry === undefined || entry.hash.startsWith(USUAL)) return undefined;
    const { algorithm } = parseHash(entry.hash);
    return algorithm !== 'sha256' && STRONG.has(algorithm) ? algorithm : undefined;
  }

  /** Takes note of a file that is there, by name only. */
  see(path: string): void {
    const name = normalisePath(path);
    const entry = this.#entries.get(name);
    if (entry !== undefined) entry.isThere = true;
    else if (!this.#isExempt(name))
      this.#findings.add('record-unlisted', `RECORD does not list ${path}`, { member: path });
  }

  /** Compares a file's content with what RECORD says of it. */
  compare(path: string, size: number, sha256: Buffer, other: Buffer | undefined): void {
    const name = normalisePath(path);
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#isExempt(name)) return;
    const usual = USUAL + sha256.toString('base64url');
    if (entry.hash === usual && entry.size === `${size}`) return;
    const evidence = { member: path };
    const { algorithm, digest } = parseHash(entry.hash);
    if (/^\d+$/.test(entry.size) && Number(entry.size) !== size)
      this.#findings.add(
        'record-size-wrong',
        `${path} has ${size} bytes, not ${Number(entry.size)}`,
        evidence,
      );
    if (algorithm === '')
      this.#findings.add('record-hash-missing', `RECORD gives no hash for ${path}`, evidence);
    else if (!STRONG.has(algorithm))
      this.#findings.add('record-hash-weak', `RECORD names ${algorithm} for ${path}`, evidence);
    else if ((other ?? sha256).toString('base64url') !== digest)
      this.#findings.add('record-hash-wrong', `the hash of ${path} is not RECORD's`, evidence);
  }

  /** Reports the entries that no member stands behind; call it once all members are seen. */
  finish(): void {
    for (const [name, { isThere }] of this.#entries)
      if (!isThere)
        this.#findings.add('record-absent', `RECORD lists ${name}, which is not there`, {
          member: name,
        });
  }

  /** RECORD cannot hold its own hash; its signatures are made after it. */
  #isExempt(name: string): boolean {
    return (
      name === `${this.#folder}/RECORD` ||
      name === `${this.#folder}/RECORD.jws` ||
      name === `${this.#folder}/RECORD.p7s`
    );
  }
}

/** @returns the algorithm in lower case, empty where there is none; the digest in base64url without padding */
function parseHash(hash: string): { algorithm: string; digest: string } {
  const [, algorithm = '', digest = ''] = /^([^=]+)=(.*)$/.exec(hash) ?? [];
  return { algorithm: algorithm.toLowerCase(), digest: digest.replace(/=+$/, '') };
}
