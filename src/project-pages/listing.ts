import { isDeepStrictEqual } from 'node:util';
import type { Provenance, Release } from '../domain/attestation.js';
import { parseSha256, type Sha256 } from '../domain/digest.js';
import { type Demands, identify, isIdentified, type Seen } from '../domain/integrity.js';
import { type Namespace, readNamespaces } from '../domain/namespaces.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import type { Subject } from '../domain/subject.js';
import type { Turns } from '../runtime/turns.js';
import type { Upstream } from '../upstream/upstream.js';
import { Beginnings } from './beginnings.js';
import { NO_SIGHTS, type PageSights } from './first-sights.js';
import { firstUpload } from './first-upload.js';
import { PageReleases } from './page-releases.js';
import type { ListedFile } from './project-pages.js';
import { offerOf, releasesOf } from './releases.js';

/**
 * A page's files, each with the subject for the policy. Subjects are created on demand: keeping thousands would cost
 * more than creating them again.
 */
export class Listing {
  readonly #page: ProjectPage;
  readonly #upstream: Upstream;
  readonly #wheels = new Map<ReleaseKey, ReleaseWheels>();
  readonly #releases: readonly Release[];
  readonly #noProvenance: Provenance;
  #byName: Map<string, IndexFile> | undefined;
  readonly #dated: PageReleases;
  readonly #namespaces: readonly Namespace[];
  readonly #sights: PageSights;
  #began: { readonly project: number | undefined; readonly files: Beginnings } | undefined;

  private constructor(
    page: ProjectPage,
    upstream: Upstream,
    releases: readonly Release[],
    sights: PageSights,
  ) {
    this.#sights = sights;
    this.#page = page;
    this.#upstream = upstream;
    this.#releases = releases;
    this.#noProvenance = { offer: undefined, releases };
    this.#dated = new PageReleases(page);
    this.#namespaces = readNamespaces(page.extra.namespaces);
    for (const file of page.files) {
      const { kind, version } = file.name;
      if (kind !== 'wheel') continue;
      const key = releaseKey(version);
      const known = this.#wheels.get(key);
      if (known !== undefined) known.files.push(file);
      else this.#wheels.set(key, new ReleaseWheels(this, file));
    }
  }

  /** @param seen the known digests of files; @param sights since when they are listed */
  static async of(
    declared: ProjectPage,
    upstream: Upstream,
    seen: Seen | undefined,
    turns: Turns,
    sights: PageSights = NO_SIGHTS,
  ): Promise<Listing> {
    const page = await identified(declared, upstream, seen, turns);
    return new Listing(page, upstream, await releasesOf(page, turns), sights);
  }

  /** The upstream's page, with the known digests of its files. */
  get page(): ProjectPage {
    return this.#page;
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
    const release = releaseKey(version);
    const wheels = this.#wheels.get(release);
    this.#began ??= { project: firstUpload(page), files: new Beginnings(page, this.#sights) };
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
        integrity: file.integrity,
        replaced: file.replaced,
        size: file.size,
        uploadTime: file.uploadTime,
        yanked: file.yanked,
        status: page.status,
        declaredMetadata: parseSha256(declared),
        hasWheel: version !== undefined && wheels !== undefined,
        projectBegan: this.#began.project,
        ...this.#began.files.of(file),
        namespaces: this.#namespaces,
        releases: this.#dated,
        provenance: offer === undefined ? this.#noProvenance : { offer, releases: this.#releases },
        wheels: kind === 'sdist' ? wheels : undefined,
      },
    };
  }
}

/** The same object if all files are as the index declares them. */
async function identified(
  page: ProjectPage,
  demands: Demands,
  seen: Seen = NOTHING_SEEN,
  turns: Turns,
): Promise<ProjectPage> {
  const files: IndexFile[] = [];
  let isChanged = false;
  await turns.forEach(page.files, (file) => {
    const known = withIdentity(file, demands, seen);
    isChanged ||= known !== file;
    files.push(known);
  });
  return isChanged ? { ...page, files } : page;
}

/** The same object if the file is as the index declares it. */
function withIdentity(file: IndexFile, demands: Demands, seen: Seen): IndexFile {
  if (isIdentified(file) && seen.pins?.has(file.filename) === false) return file;
  const { sha256, integrity, replaced } = identify(file, demands, seen);
  const isSame =
    file.sha256 === sha256 && file.integrity === integrity && file.replaced === replaced;
  return isSame ? file : { ...file, sha256, integrity, replaced };
}

/**
 * Whether files have the same identity by what is known now as by what was known before.
 * @param declared the index's page
 */
export function isAlike(declared: ProjectPage, demands: Demands, before: Seen, now: Seen): boolean {
  const { pins } = now;
  if (before.facts !== now.facts || before.pins === undefined || pins === undefined) return false;
  for (const filename of before.pins.keys()) if (!pins.has(filename)) return false;
  const changed = new Set<string>();
  for (const [filename, pin] of pins) if (before.pins.get(filename) !== pin) changed.add(filename);
  return declared.files.every(
    (file) =>
      !changed.has(file.filename) ||
      isDeepStrictEqual(identify(file, demands, before), identify(file, demands, now)),
  );
}

const NOTHING_SEEN: Seen = { facts: new Map(), pins: new Map() };

/** A file whose bytes have arrived and were checked. @param doubt why they are refused all the same: others are pinned */
export function arrived(listed: ListedFile, sha256: Sha256, doubt: string | undefined): ListedFile {
  const file = { ...listed.file, sha256, integrity: undefined };
  const { provenance } = listed.subject;
  return {
    ...listed,
    file,
    subject: {
      ...listed.subject,
      sha256,
      integrity: doubt === undefined ? undefined : { doubt, other: sha256 },
      ...(provenance && { provenance: { ...provenance, offer: offerOf(file) } }),
    },
  };
}

/** The wheels of one release, whose subjects are made when they are asked for. */
class ReleaseWheels implements Iterable<Subject> {
  readonly files: IndexFile[];
  readonly #listing: Listing;

  constructor(listing: Listing, first: IndexFile) {
    this.#listing = listing;
    this.files = [first];
  }

  *[Symbol.iterator](): Iterator<Subject> {
    for (const file of this.files) yield this.#listing.listed(file).subject;
  }
}
