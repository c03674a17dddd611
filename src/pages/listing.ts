import type { Provenance, Release } from '../domain/attestation.js';
import { parseSha256 } from '../domain/digest.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import type { Upstream } from '../upstream/upstream.js';
import type { ListedFile } from './project-pages.js';
import { offerOf, releasesOf } from './releases.js';
import type { Turns } from './turns.js';

/**
 * A page's files, each with the subject that policy judges. A subject is made when it is asked for: thousands that
 * are kept would cost more than making them once more.
 */
export class Listing {
  readonly #page: ProjectPage;
  readonly #upstream: Upstream;
  readonly #versionsWithWheel: ReadonlySet<string | undefined>;
  readonly #releases: readonly Release[];
  readonly #noProvenance: Provenance;
  #byName: Map<string, IndexFile> | undefined;

  private constructor(page: ProjectPage, upstream: Upstream, releases: readonly Release[]) {
    this.#page = page;
    this.#upstream = upstream;
    this.#releases = releases;
    this.#noProvenance = { offer: undefined, releases };
    const wheels = page.files.filter(({ name }) => name.kind === 'wheel');
    this.#versionsWithWheel = new Set(wheels.map(({ name }) => name.version));
  }

  static async of(page: ProjectPage, upstream: Upstream, turns: Turns): Promise<Listing> {
    return new Listing(page, upstream, await releasesOf(page, turns));
  }

  get(filename: string): ListedFile | undefined {
    this.#byName ??= new Map(this.#page.files.map((file) => [file.filename, file]));
    const file = this.#byName.get(filename);
    return file && this.listed(file);
  }

  /** @param file of this page */
  listed(file: IndexFile): ListedFile {
    const page = this.#page;
    const upstream = this.#upstream;
    const { kind, version } = file.name;
    const { coreMetadata } = file;
    const declared = typeof coreMetadata === 'object' ? coreMetadata.sha256 : undefined;
    const offer = offerOf(file);
    return {
      file,
      page,
      upstream,
      subject: {
        upstream: upstream.name,
        publicUpstream: upstream.isPublic,
        project: page.project,
        version,
        filename: file.filename,
        kind,
        sha256: file.sha256,
        size: file.size,
        uploadTime: file.uploadTime,
        yanked: file.yanked,
        status: page.status,
        declaredMetadata: parseSha256(declared),
        hasWheel: version !== undefined && this.#versionsWithWheel.has(version),
        provenance: offer === undefined ? this.#noProvenance : { offer, releases: this.#releases },
      },
    };
  }
}
