import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import { parseVersion } from '../domain/version.js';
import { fileUrl } from './file-url.js';
import type { JudgedPage } from './judged-page.js';
import { newestRelease, type PageRelease } from './newest-release.js';

type Json = Record<string, unknown>;

/**
 * Makes PyPI's JSON API say what the project page says: files are ours by their URLs, refused ones are yanked with the
 * reason or left out, and so is what the page does not list. Who looks for updates here takes no refused release: there
 * is no last resort, as there is on a page that installers choose from.
 * @param whole whether it is the project's document, whose `info` is that of the latest release, or one release's
 * @throws {SyntaxError} where the body is not a JSON object.
 */
export function rewriteLegacyJson(
  body: Buffer,
  judged: JudgedPage,
  whole: boolean,
  base: string,
): Buffer {
  const document: unknown = JSON.parse(body.toString('utf8'));
  if (!isObject(document)) throw new SyntaxError('not a JSON object');
  const files = new JudgedFiles(judged, base);
  const hadFiles = Array.isArray(document.urls) && document.urls.length > 0;
  document.urls = files.rewrite(document.urls);
  if (isObject(document.releases)) rewriteReleases(document.releases, files);
  if (isObject(document.info)) rewriteInfo(document, document.info, files, whole, hadFiles);
  return Buffer.from(JSON.stringify(document));
}

/** A version without files stays as it came; one whose every file is left out goes with them. */
function rewriteReleases(releases: Json, files: JudgedFiles): void {
  for (const [version, listed] of Object.entries(releases)) {
    const shown = files.rewrite(listed);
    if (Array.isArray(shown) && shown.length === 0 && (listed as unknown[]).length > 0)
      delete releases[version];
    else releases[version] = shown;
  }
}

/** `info` is of a release that may be taken, where there is one; else it is yanked, too. */
function rewriteInfo(
  document: Json,
  info: Json,
  files: JudgedFiles,
  whole: boolean,
  hadFiles: boolean,
): void {
  const version = typeof info.version === 'string' ? parseVersion(info.version) : undefined;
  if (version === undefined) return;
  const state = files.release(releaseKey(version));
  if (state?.allowed === true || (state === undefined && !hadFiles)) return;
  const newest = whole ? files.newestAllowed : undefined;
  if (newest === undefined) {
    info.yanked = true;
    info.yanked_reason = state?.reason ?? 'the project page lists none of its files';
    return;
  }
  const { requiresPython } = files.release(newest.key)!;
  // What else `info` says of a release is the other one's; null is what PyPI says where it does not know.
  Object.assign(info, {
    version: newest.version,
    requires_dist: null,
    requires_python: requiresPython ?? null,
    yanked: false,
    yanked_reason: null,
  });
  delete info.release_url;
  delete document.vulnerabilities;
  document.urls = releaseOf(document.releases, newest);
}

function releaseOf(releases: unknown, { key }: PageRelease): unknown {
  const found = Object.entries(isObject(releases) ? releases : {}).find(([text]) => {
    const version = parseVersion(text);
    return version !== undefined && releaseKey(version) === key;
  });
  return found?.[1] ?? [];
}

interface ReleaseState {
  allowed: boolean;
  /** Of its first refused file. */
  reason: string | undefined;
  /** Of its first allowed file. */
  requiresPython: string | undefined;
}

/** The files of a judged page, by name. */
class JudgedFiles {
  readonly #judged: JudgedPage;
  readonly #base: string;
  readonly #indexes = new Map<string, number>();
  readonly #releases = new Map<ReleaseKey, ReleaseState>();

  constructor(judged: JudgedPage, base: string) {
    this.#judged = judged;
    this.#base = base;
    for (const [index, { filename, name, requiresPython }] of judged.page.files.entries()) {
      this.#indexes.set(filename, index);
      if (name.version === undefined) continue;
      const key = releaseKey(name.version);
      const nothing = { allowed: false, reason: undefined, requiresPython: undefined };
      const state: ReleaseState = this.#releases.get(key) ?? nothing;
      this.#releases.set(key, state);
      const refusal = judged.refusal(index);
      if (refusal !== undefined) state.reason ??= refusal.reason;
      else if (!state.allowed) Object.assign(state, { allowed: true, requiresPython });
    }
  }

  release(key: ReleaseKey): ReleaseState | undefined {
    return this.#releases.get(key);
  }

  get newestAllowed(): PageRelease | undefined {
    const { page } = this.#judged;
    return newestRelease(
      page.files,
      ({ yanked }, index) => yanked === false && this.#judged.refusal(index) === undefined,
    );
  }

  /** @param files a list of files as PyPI's JSON API has it; anything else is none */
  rewrite(files: unknown): unknown {
    return Array.isArray(files) ? files.filter((file) => this.#rewriteFile(file)) : files;
  }

  /** Returns false where the file is to be left out. */
  #rewriteFile(file: unknown): boolean {
    if (!isObject(file)) return false;
    if (typeof file.filename !== 'string') {
      // It could lead around the gate, and nobody can say whether it is allowed.
      delete file.url;
      file.yanked = true;
      return true;
    }
    const index = this.#indexes.get(file.filename);
    if (index === undefined || !this.#isSame(file, index)) return false;
    const refusal = this.#judged.refusal(index);
    if (refusal?.hidden === true) return false;
    file.url = fileUrl(this.#base, this.#judged.page.project, file.filename);
    if (refusal !== undefined) Object.assign(file, { yanked: true, yanked_reason: refusal.reason });
    return true;
  }

  /** Another digest under the same name is another file, which nobody has judged. */
  #isSame({ digests }: Json, index: number): boolean {
    const declared = isObject(digests) ? digests.sha256 : undefined;
    const { sha256 } = this.#judged.page.files[index]!;
    return declared === undefined || sha256 === undefined || declared === sha256;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
