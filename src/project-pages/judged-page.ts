import type { Hashes } from '../domain/hashes.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import type { Verdict } from '../domain/verdict.js';
import { parseVersion } from '../domain/version.js';
import { yankedText } from '../messages/refusals.js';
import { isInstallable, newestRelease } from './newest-release.js';

/** One file on the rendered page: refused files are yanked, with the reason that installers print. */
export interface ShownFile {
  readonly file: IndexFile;
  readonly yanked: boolean | string;
  readonly coreMetadata: Hashes | false;
}

/** The digests of sidecars that are others than the index declares, by the file's place in `page.files`. */
export type KnownSidecars = ReadonlyMap<number, Hashes>;

/** A wheel whose sidecar is offered. */
interface Offering {
  readonly file: IndexFile;
  readonly coreMetadata: Hashes;
}

/**
 * A project page with the verdicts on its files, and their resulting presentation. Clients choose a release first and
 * then a file, so the presentation of a file depends on the others:
 *
 * - A refused file is yanked, with the reason; if its rule has `index: hide`, it is omitted.
 * - If no file remains for clients, the files of the newest release are not yanked: a client requests one, and the
 *   refusal contains the reason, instead of a message that there are no files.
 * - A refused wheel has no sidecar: a client that resolves by sidecars would choose it, and fail later. But if another
 *   wheel of its release is allowed, that wheel's sidecar is used: uv resolves a pinned release by any of its wheels,
 *   even a yanked one for another platform.
 */
export class JudgedPage {
  readonly page: ProjectPage;
  /** In the order of `page.files`. */
  readonly verdicts: readonly Verdict[];
  readonly #known: KnownSidecars;
  /** The release that is not yanked though it is refused. */
  readonly #lastResort: ReleaseKey | undefined;
  #standIns: Map<ReleaseKey, Offering> | undefined;

  constructor(page: ProjectPage, verdicts: readonly Verdict[], known: KnownSidecars = new Map()) {
    this.page = page;
    this.verdicts = verdicts;
    this.#known = known;
    this.#lastResort = this.#hasChoice() ? undefined : this.#newestRefused();
  }

  /** The presentation of a file; undefined if it is omitted. @param index in `page.files` */
  shown(index: number): ShownFile | undefined {
    const file = this.page.files[index]!;
    const refusal = this.refusal(index);
    if (refusal === undefined)
      return { file, yanked: file.yanked, coreMetadata: this.#sidecar(index) };
    if (this.#isLastResort(file)) return { file, yanked: false, coreMetadata: false };
    if (refusal.hidden) return undefined;
    const coreMetadata = this.#offering(file)?.coreMetadata ?? false;
    return { file, yanked: refusal.reason, coreMetadata };
  }

  /** The reason of a refused file, for `yanked`; undefined if it is not refused. @param index in `page.files` */
  refusal(index: number): { readonly reason: string; readonly hidden: boolean } | undefined {
    const verdict = this.verdicts[index];
    const hit = verdict?.outcome === 'block' ? verdict.decisive : undefined;
    if (hit === undefined) return undefined;
    return { reason: yankedText(hit.reason), hidden: hit.index === 'hide' };
  }

  /** The allowed wheel whose sidecar replaces that of a refused wheel of the same release. */
  standIn(file: IndexFile): IndexFile | undefined {
    return this.#offering(file)?.file;
  }

  /** PEP 700: without versions whose files are all omitted. */
  get versions(): readonly string[] | undefined {
    const { files, versions } = this.page;
    if (versions === undefined || !files.some((_, index) => this.shown(index) === undefined))
      return versions;
    const shown = new Map<ReleaseKey, boolean>();
    for (const [index, { name }] of files.entries()) {
      if (name.version === undefined) continue;
      const key = releaseKey(name.version);
      if (shown.get(key) !== true) shown.set(key, this.shown(index) !== undefined);
    }
    return versions.filter((text) => {
      const version = parseVersion(text);
      return version === undefined || shown.get(releaseKey(version)) !== false;
    });
  }

  /** A file that its upstream has yanked is no choice. */
  #hasChoice(): boolean {
    return this.page.files.some(
      (file, index) =>
        this.verdicts[index]?.outcome !== 'block' && file.yanked === false && isInstallable(file),
    );
  }

  #newestRefused(): ReleaseKey | undefined {
    return newestRelease(this.page.files, ({ yanked }) => yanked === false)?.key;
  }

  #isLastResort(file: IndexFile): boolean {
    const { version } = file.name;
    return (
      this.#lastResort !== undefined &&
      version !== undefined &&
      file.yanked === false &&
      isInstallable(file) &&
      releaseKey(version) === this.#lastResort
    );
  }

  /** If the index declares no digest, only an inspected wheel has a known sidecar. */
  #sidecar(index: number): Hashes | false {
    const { coreMetadata } = this.page.files[index]!;
    return this.#known.get(index) ?? (coreMetadata === true ? false : coreMetadata);
  }

  #offering({ name: { kind, version } }: IndexFile): Offering | undefined {
    if (kind !== 'wheel' || version === undefined || this.#lastResort !== undefined)
      return undefined;
    this.#standIns ??= this.#allowedSidecars();
    return this.#standIns.get(releaseKey(version));
  }

  #allowedSidecars(): Map<ReleaseKey, Offering> {
    const sidecars = new Map<ReleaseKey, Offering>();
    for (const [index, file] of this.page.files.entries()) {
      const { kind, version } = file.name;
      const coreMetadata = this.#sidecar(index);
      if (kind !== 'wheel' || version === undefined || coreMetadata === false) continue;
      if (this.verdicts[index]?.outcome === 'block') continue;
      const key = releaseKey(version);
      if (!sidecars.has(key)) sidecars.set(key, { file, coreMetadata });
    }
    return sidecars;
  }
}

/**
 * Writes a page's files in pieces of some ten kilobytes, so other work can run in between.
 * @param write writes some consecutive files
 */
export function* writeFiles(
  judged: JudgedPage,
  write: (shown: readonly ShownFile[]) => string,
  separator: string,
): Generator<string> {
  let some: ShownFile[] = [];
  let between = '';
  for (let index = 0; index < judged.page.files.length; index += 1) {
    const shown = judged.shown(index);
    if (shown !== undefined) some.push(shown);
    if (some.length < FILES_IN_A_PIECE) continue;
    yield between + write(some);
    between = separator;
    some = [];
  }
  if (some.length > 0) yield between + write(some);
}

const FILES_IN_A_PIECE = 64;

/** The version of the simple API that our pages keep to (PEP 792). */
export const API_VERSION = '1.4';
