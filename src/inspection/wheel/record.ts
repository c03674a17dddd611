import { counted } from '../../domain/plural.js';
import { Malformed } from '../archive/malformed.js';
import { normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { parseCsv } from './csv.js';
import { parseRecordHash, STRONG_HASHES } from './record-hash.js';

/** RECORD's entry for one file, unparsed: most entries need no more. */
interface RecordEntry {
  readonly hash: string;
  readonly size: string;
  /** Whether the file exists. */
  isThere: boolean;
}

const USUAL = 'sha256=';

/** Line ends of `str.splitlines`, as used by pip and installer, that the csv module does not recognize. */
const OTHER_LINE_ENDS = /[\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** An absolute or climbing path. pip copies such a row, and deletes the file when the wheel is uninstalled. */
const LEAVES = /^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.[. ]+(?:[/\\]|$)/;

/** The schemes of a `.data` folder whose files are installed into a site folder. */
const SITE_SCHEMES: ReadonlySet<string> = new Set(['purelib', 'platlib']);

/** A package's folder has no dot in its name; pip deletes a folder with all that others have in it. */
const MAY_BE_FOLDER = /(?:^|\/)[^./]*$/;

/** More than the maximum number of members of a wheel (see the limits), so RECORD alone cannot fill the memory. */
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
    const text = content.toString('utf8').replace(/^\ufeff/, '');
    if (OTHER_LINE_ENDS.test(text))
      findings.add('record-malformed', `${folder}/RECORD has unsupported line endings`);
    try {
      for (const row of parseCsv(text)) this.#addRow(row);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      findings.add('record-malformed', `${folder}/RECORD is not valid CSV: ${error.message}`);
    }
  }

  #addRow([path = '', hash = '', size = '']: readonly string[]): void {
    const name = normalisePath(path);
    if (LEAVES.test(path))
      this.#findings.add('record-path', `RECORD lists ${path}, outside the wheel's folder`, {
        member: path,
      });
    const earlier = this.#entries.get(name);
    if (
      earlier !== undefined &&
      parseRecordHash(earlier.hash).digest !== parseRecordHash(hash).digest
    )
      this.#findings.add('record-duplicate', `RECORD lists ${name} twice with different hashes`, {
        member: name,
      });
    if (this.#entries.size === MAX_ENTRIES) throw new Malformed('it lists too many files');
    this.#entries.set(name, { hash, size, isThere: false });
  }

  /** The algorithm for a member in addition to SHA-256, or undefined. */
  algorithmOf(path: string): string | undefined {
    const entry = this.#entries.get(normalisePath(path));
    // As in nearly every wheel: most members are never asked for more than this.
    if (entry === undefined || entry.hash.startsWith(USUAL)) return undefined;
    const { algorithm } = parseRecordHash(entry.hash);
    return algorithm !== 'sha256' && STRONG_HASHES.has(algorithm) ? algorithm : undefined;
  }

  /** Notes that a file exists, by name only. */
  see(path: string): void {
    const name = normalisePath(path);
    const entry = this.#entries.get(name);
    if (entry !== undefined) entry.isThere = true;
    else if (!this.#isExempt(name))
      this.#findings.add('record-unlisted', `RECORD does not list ${path}`, { member: path });
  }

  /** Compares a file's content with its RECORD entry. */
  compare(path: string, size: number, sha256: Buffer, other: Buffer | undefined): void {
    const name = normalisePath(path);
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#isExempt(name)) return;
    const usual = USUAL + sha256.toString('base64url');
    if (entry.hash === usual && entry.size === `${size}`) return;
    const evidence = { member: path };
    const { algorithm, digest } = parseRecordHash(entry.hash);
    const isWheelFile = name === `${this.#folder}/WHEEL`;
    if (/^\d+$/.test(entry.size) && Number(entry.size) !== size)
      this.#findings.add(
        isWheelFile ? 'record-wheel-file' : 'record-size-wrong',
        `${path} has ${counted(size, 'byte')}, not ${Number(entry.size)}`,
        evidence,
      );
    if (algorithm === '')
      this.#findings.add('record-hash-missing', `RECORD has no hash for ${path}`, evidence);
    else if (!STRONG_HASHES.has(algorithm))
      this.#findings.add('record-hash-weak', `RECORD uses ${algorithm} for ${path}`, evidence);
    else if ((other ?? sha256).toString('base64url') !== digest)
      this.#findings.add(
        isWheelFile ? 'record-wheel-file' : 'record-hash-wrong',
        `the hash of ${path} does not match RECORD`,
        evidence,
      );
  }

  /** Reports the entries without a member; call it after all members were seen. */
  finish(): void {
    let own: ReadonlySet<string> | undefined;
    for (const [name, { isThere }] of this.#entries) {
      if (isThere) continue;
      own ??= this.#ownTops();
      const top = topOf(name);
      const evidence = { member: name };
      if (own.has(top) && (top === this.#folder || !MAY_BE_FOLDER.test(name)))
        this.#findings.add('record-absent', `RECORD lists ${name}, which is missing`, evidence);
      else
        this.#findings.add(
          'record-foreign',
          own.has(top)
            ? `RECORD lists ${name}, which may be a folder shared with other distributions`
            : `RECORD lists ${name}, but the wheel has no files in ${top}`,
          evidence,
        );
    }
  }

  /** The names at the top of a site folder under which the wheel has files, which could be others' as well. */
  #ownTops(): ReadonlySet<string> {
    // The content of a cache of compiled modules is generated again.
    const own = new Set([this.#folder, '__pycache__']);
    const data = this.#folder.replace(/\.dist-info$/i, '.data');
    for (const [name, { isThere }] of this.#entries) {
      if (!isThere) continue;
      own.add(topOf(name));
      const [first, scheme, top] = name.split('/', 3);
      if (first === data && top !== undefined && SITE_SCHEMES.has(scheme!)) own.add(top);
    }
    return own;
  }

  /** RECORD cannot contain its own hash; its signatures are created after it. */
  #isExempt(name: string): boolean {
    return (
      name === `${this.#folder}/RECORD` ||
      name === `${this.#folder}/RECORD.jws` ||
      name === `${this.#folder}/RECORD.p7s`
    );
  }
}

function topOf(path: string): string {
  return path.split('/', 1)[0]!;
}
