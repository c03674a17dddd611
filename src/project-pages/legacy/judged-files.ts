import type { IndexFile } from '../../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../../domain/release-key.js';
import { Turns } from '../../runtime/turns.js';
import type { JudgedPage } from '../judged-page.js';
import { newestRelease, type PageRelease } from '../newest-release.js';

type Json = Record<string, unknown>;

/** The inputs of PyPI's JSON API from a judged page's file; sent to a thread as JSON. */
export interface JudgedFile
  extends Pick<IndexFile, 'filename' | 'yanked' | 'sha256' | 'requiresPython'> {
  readonly name: Pick<IndexFile['name'], 'kind' | 'version'>;
  readonly refusal: ReturnType<JudgedPage['refusal']>;
}

interface ReleaseState {
  allowed: boolean;
  /** Of its first refused file. */
  reason: string | undefined;
  /** Of its first allowed file. */
  requiresPython: string | undefined;
}

/** The files of a judged page. */
export async function judgedFiles(judged: JudgedPage): Promise<JudgedFile[]> {
  const files: JudgedFile[] = [];
  await new Turns().forEach(judged.page.files, (file, index) => {
    const { filename, yanked, sha256, requiresPython, name } = file;
    const { kind, version } = name;
    const refusal = judged.refusal(index);
    files.push({ filename, yanked, sha256, requiresPython, name: { kind, version }, refusal });
  });
  return files;
}

/** The files of a judged page, by name. */
export class FilesByName {
  readonly #files: readonly JudgedFile[];
  /** The prefix of our URL of a file. */
  readonly #url: (filename: string) => string;
  readonly #byName = new Map<string, JudgedFile>();
  readonly #releases = new Map<ReleaseKey, ReleaseState>();

  constructor(files: readonly JudgedFile[], url: (filename: string) => string) {
    this.#files = files;
    this.#url = url;
    for (const file of files) {
      const { filename, name, requiresPython, refusal } = file;
      this.#byName.set(filename, file);
      if (name.version === undefined) continue;
      const key = releaseKey(name.version);
      const nothing = { allowed: false, reason: undefined, requiresPython: undefined };
      const state: ReleaseState = this.#releases.get(key) ?? nothing;
      this.#releases.set(key, state);
      if (refusal !== undefined) state.reason ??= refusal.reason;
      else if (!state.allowed) Object.assign(state, { allowed: true, requiresPython });
    }
  }

  release(key: ReleaseKey): ReleaseState | undefined {
    return this.#releases.get(key);
  }

  get newestAllowed(): PageRelease | undefined {
    return newestRelease(
      this.#files,
      ({ yanked, refusal }) => yanked === false && refusal === undefined,
    );
  }

  /** @param files a list of files in the form of PyPI's JSON API; anything else is treated as empty */
  rewrite(files: unknown): unknown {
    return Array.isArray(files) ? files.filter((file) => this.#rewriteFile(file)) : files;
  }

  /** Returns false where the file is to be left out. */
  #rewriteFile(file: unknown): boolean {
    if (!isObject(file)) return false;
    if (typeof file.filename !== 'string') {
      // The URL could bypass the gate, and the file has no verdict.
      delete file.url;
      file.yanked = true;
      return true;
    }
    const judged = this.#byName.get(file.filename);
    if (judged === undefined || !isSame(file, judged)) return false;
    const { refusal } = judged;
    if (refusal?.hidden === true) return false;
    file.url = this.#url(file.filename);
    if (refusal !== undefined) Object.assign(file, { yanked: true, yanked_reason: refusal.reason });
    return true;
  }
}

/** Another digest under the same name is another file, without a verdict. */
function isSame({ digests }: Json, { sha256 }: JudgedFile): boolean {
  const declared = isObject(digests) ? digests.sha256 : undefined;
  return declared === undefined || sha256 === undefined || declared === sha256;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
