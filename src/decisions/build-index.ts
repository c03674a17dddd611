import type { FileIndex } from './file-index.js';
import { linesIn, wholeLines } from './file-lines.js';
import { firstBits, hashOf, KeyCollector } from './keys.js';
import type { OpenDecisionFile } from './open-file.js';
import { projectsOf } from './query.js';
import { isOfRequest, type RequestRecord, readLogRecord } from './record.js';

/**
 * Reads a whole file, and indexes its parts.
 * @param parts start of each part; every part can be read separately
 * @returns undefined if it cannot be read completely: each search then reports that
 */
export async function buildIndex(
  file: OpenDecisionFile,
  parts: readonly number[],
): Promise<FileIndex | undefined> {
  const contents = new Contents();
  let broken = false;
  for (const [part, from] of parts.entries()) {
    const range = { from, to: parts[part + 1] ?? file.size };
    const onGap = () => {
      broken = true;
    };
    for await (const lines of wholeLines(file, onGap, range))
      for (const line of linesIn(lines)) contents.add(line, part);
  }
  return broken ? undefined : { of: file.identity, parts, ...contents.summary() };
}

class Contents {
  readonly #projects = new KeyCollector();
  readonly #users = new KeyCollector();
  readonly #digests = new KeyCollector();
  #begins: string | undefined;
  #from: number | undefined;
  #to: number | undefined;
  #undated = false;
  #unreadable = 0;

  add(line: Buffer, part: number): void {
    const record = readLogRecord(line.toString('utf8'));
    if (record === undefined) this.#unreadable += 1;
    else if (isOfRequest(record)) this.#note(record, part);
  }

  /** A cut has the same keys as its decision, which may be in another part or file. */
  #note(record: RequestRecord, part: number): void {
    const { time, user } = record;
    if (!('event' in record)) this.#begins ??= time;
    const at = Date.parse(time);
    if (Number.isNaN(at)) this.#undated = true;
    else {
      this.#from = Math.min(this.#from ?? at, at);
      this.#to = Math.max(this.#to ?? at, at);
    }
    for (const project of projectsOf(record)) this.#projects.add(hashOf(project), part);
    // Another's log may hold anything there.
    if (user !== undefined) this.#users.add(hashOf(String(user)), part);
    const sha256 = 'sha256' in record ? record.sha256 : undefined;
    if (sha256 !== undefined) this.#digests.add(firstBits(String(sha256)), part);
  }

  summary(): Omit<FileIndex, 'of' | 'parts'> {
    return {
      begins: this.#begins,
      from: this.#from,
      to: this.#to,
      undated: this.#undated,
      unreadable: this.#unreadable,
      projects: this.#projects.toBuffer(),
      users: this.#users.toBuffer(),
      digests: this.#digests.toBuffer(),
    };
  }
}
