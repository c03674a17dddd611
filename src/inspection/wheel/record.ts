import { createHash } from 'node:crypto';
import { type Report, shown } from '../report.js';

/** One line of RECORD (PEP 376): a path, and the digest of the file, where one is given. */
interface RecordLine {
  readonly algorithm: string | undefined;
  readonly digest: string | undefined;
}

/** PEP 427: sha256 or better. What Python's hashlib and Node call alike. */
const STRONG = new Set(['sha256', 'sha384', 'sha512']);

/** These cannot list their own hashes. */
const UNHASHED = /\.dist-info\/RECORD(\.jws|\.p7s)?$/;

/** What a RECORD says of every member, and which members it has not met yet. */
export class WheelRecord {
  readonly #lines = new Map<string, RecordLine>();
  readonly #met = new Set<string>();
  readonly #report: Report;

  /** @param path of the RECORD itself, as shown in findings */
  constructor(bytes: Buffer, path: string, report: Report) {
    this.#report = report;
    for (const line of bytes.toString('utf8').split(/\r\n|\n|\r/)) {
      if (line.trim() === '') continue;
      const fields = splitCsv(line);
      const name = fields?.[0];
      if (fields === undefined || name === undefined || fields.length < 1 || fields.length > 3) {
        report.add(
          'record-malformed',
          `${shown(path)} has a line that is no entry: ${shown(line, 60)}`,
        );
        continue;
      }
      const [algorithm, digest] = (fields[1] ?? '').split(/=(.*)/s, 2);
      this.#lines.set(normal(name), {
        algorithm: algorithm === '' ? undefined : algorithm?.toLowerCase(),
        digest: digest?.replace(/=+$/, ''),
      });
    }
  }

  /** The algorithm beside SHA-256 that a member's content must be hashed by, where RECORD asks for one. */
  algorithmOf(path: string): string | undefined {
    const algorithm = this.#lines.get(normal(path))?.algorithm;
    return algorithm !== undefined && STRONG.has(algorithm) ? algorithm : undefined;
  }

  /** Holds one member against its line. @param digest by `algorithmOf`, undefined where it was not taken */
  check(path: string, digest: Buffer | undefined): void {
    const key = normal(path);
    const line = this.#lines.get(key);
    const member = shown(path);
    this.#met.add(key);
    if (line === undefined) {
      if (!UNHASHED.test(path))
        this.#report.add('record-unlisted-member', `${member} is not listed in RECORD`, { member });
      return;
    }
    if (line.algorithm === undefined || UNHASHED.test(path)) return;
    if (!STRONG.has(line.algorithm))
      this.#report.add(
        'record-weak-hash',
        `RECORD hashes ${member} by ${shown(line.algorithm, 20)} only`,
        {
          member,
        },
      );
    else if (digest !== undefined && digest.toString('base64url') !== line.digest)
      this.#report.add(
        'record-hash-mismatch',
        `RECORD has another hash for ${member} than it has`,
        {
          member,
        },
      );
  }

  /** Objects to lines for which no member came. */
  finish(): void {
    for (const path of this.#lines.keys())
      if (!this.#met.has(path) && !path.endsWith('/'))
        this.#report.add(
          'record-missing-member',
          `RECORD lists ${shown(path)}, which is not there`,
          {
            member: shown(path),
          },
        );
  }
}

/** A hash that RECORD may ask for. */
export function recordHash(algorithm: string) {
  return createHash(algorithm);
}

/** Wheels built on Windows long ago list paths with backslashes. */
function normal(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '').normalize('NFC');
}

/** One line of CSV as Python's csv module writes it; undefined where its quotes do not close. */
function splitCsv(line: string): string[] | undefined {
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = pattern.exec(line);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return fields;
  }
}
