import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { Finding } from '../../domain/finding.js';
import { Digests, hexSha256 } from '../archive/content.js';
import { BeyondEnd } from '../byte-source.js';
import { FindingList, InspectionProblem } from '../finding-list.js';
import type { InspectionLimits } from '../limits.js';
import { MemberDigests } from '../member-digests.js';
import { type HookLook, StartupHooks } from '../startup-hooks/startup-hooks.js';
import { type DirectoryEntry, readCentralDirectory } from '../zip/central-directory.js';
import { type DirectoryPlace, readEndRecord } from '../zip/end-record.js';
import { readContent } from '../zip/inflate.js';
import { isReadable } from '../zip/member-looks.js';
import { readMember, type ZipMember } from '../zip/zip-members.js';
import { NotHere, PartialSource, type Piece, type Stretch } from './partial-source.js';

/**
 * The bytes at a file's end that are read first, where most wheels have all of their directory. With its headers such an answer
 * is shorter than 64 KiB, so that a server nearby sends it at once; a longer one may wait 40 ms for an acknowledgement.
 */
export const TAIL_BYTES = 60 * 1024;

/** What one probe may read, in bytes; beyond that nothing is said of the file. */
const MOST_DIRECTORY = 3 * 2 ** 20;
const MOST_MEMBERS = 2 * 2 ** 20;
/** Members that could be hooks, and their bytes once inflated. An honest `.pth` has some kilobytes. */
const MOST_CANDIDATES = 400;
const MOST_INFLATED = 2 ** 20;
/** Members that lie apart are asked for one by one, so many at most. */
const MOST_STRETCHES = 6;
/** What lies between two members is read with them where it is no more than this, in bytes. */
const NEAR = 16 * 1024;
/** Room for the extra fields of a local header, whose length the directory does not tell, in bytes. */
const LOCAL_EXTRA = 256;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
/** For one step of a probe, in milliseconds. */
const MOST_TIME = 2_000;

export interface ProbeQuestion {
  readonly name: DistributionFilename;
  /** Of the whole file, in bytes. */
  readonly size: number;
  readonly pieces: readonly Piece[];
  readonly limits: InspectionLimits;
}

export type ProbeAnswer =
  /** More of the file is needed. */
  | { readonly kind: 'more'; readonly stretches: readonly Stretch[] }
  | {
      readonly kind: 'read';
      readonly findings: readonly Finding[];
      readonly modules: readonly string[];
      readonly modulesCut: boolean;
      /** Of the members that were read, as `Inspection.memberDigests`. */
      readonly memberDigests: string;
      readonly memberCount: number;
      readonly inflatedBytes: number;
      /** Why something that could be a hook was not read; undefined where all of it was. */
      readonly unread: string | undefined;
    }
  /** It is no zip file that can be read, or it is too large for a probe. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** A member whose content matters, and where it lies with its local header. */
interface Candidate {
  readonly member: ZipMember;
  readonly entry: DirectoryEntry;
  readonly look: HookLook;
  readonly stretch: Stretch;
}

/**
 * Looks for start-up hooks in the pieces of a wheel that are here. It reads the directory and the members whose place or name
 * gives them power, by the code of the full inspection: it finds a part of what the full inspection finds, and nothing else.
 * If a member that could be a hook is not read, for whatever reason, the answer says so: such a file is not known to be clean.
 */
export async function probeZip({
  name,
  size,
  pieces,
  limits,
}: ProbeQuestion): Promise<ProbeAnswer> {
  const source = new PartialSource(size, pieces);
  try {
    const place = readEndRecord(source, TAIL_BYTES);
    if (place.size > MOST_DIRECTORY)
      return { kind: 'unreadable', why: `its directory has ${place.size} bytes` };
    const entries = readCentralDirectory(source, place, limits);
    return await new ProbeRun(name, source, place, limits).read(entries);
  } catch (error) {
    if (error instanceof NotHere) return { kind: 'more', stretches: [error.stretch] };
    if (error instanceof InspectionProblem || error instanceof BeyondEnd)
      return { kind: 'unreadable', why: error.message };
    throw error;
  }
}

class ProbeRun {
  readonly #name: DistributionFilename;
  readonly #source: PartialSource;
  readonly #place: DirectoryPlace;
  readonly #limits: InspectionLimits;
  readonly #digests = new MemberDigests();
  readonly #until = performance.now() + MOST_TIME;
  #unread: string | undefined;

  constructor(
    name: DistributionFilename,
    source: PartialSource,
    place: DirectoryPlace,
    limits: InspectionLimits,
  ) {
    this.#name = name;
    this.#source = source;
    this.#place = place;
    this.#limits = limits;
  }

  async read(entries: readonly DirectoryEntry[]): Promise<ProbeAnswer> {
    // What is wrong with the archive is for the full inspection to say.
    const ignored = new FindingList();
    const members = entries.map((entry) => readMember(entry, 0, this.#limits, ignored));
    const files = members.filter(({ isFolder }) => !isFolder);
    const findings = new FindingList();
    const hooks = new StartupHooks(this.#name, findings, files);
    const candidates = this.#candidates(members, entries, hooks);
    const stretches = joined(
      candidates.flatMap(({ stretch }) => this.#source.missing(stretch) ?? []),
    );
    if (stretches.length > 0) return { kind: 'more', stretches };
    let inflatedBytes = 0;
    for (const candidate of candidates) {
      if (await this.#look(candidate)) inflatedBytes += candidate.member.inflated;
      else this.#unread ??= `${candidate.member.path} cannot be read`;
    }
    // What a line of a .pth leads to may be an archive, whatever its name.
    const hidden = files.find(({ path }) => hooks.lookAgain(path) !== undefined);
    if (hidden !== undefined)
      this.#unread ??= `${hidden.path} may be an archive that a .pth file adds`;
    hooks.finish();
    return {
      kind: 'read',
      findings: findings.all,
      modules: hooks.modules.names,
      modulesCut: hooks.modules.cut,
      memberDigests: this.#digests.toBase64(),
      memberCount: files.length,
      inflatedBytes,
      unread: this.#unread,
    };
  }

  /** The members to be read, as many as the bounds allow. */
  #candidates(
    members: readonly ZipMember[],
    entries: readonly DirectoryEntry[],
    hooks: StartupHooks,
  ): readonly Candidate[] {
    const all: Candidate[] = [];
    let inflated = 0;
    for (const [index, member] of members.entries()) {
      if (all.length === MOST_CANDIDATES) {
        this.#unread = 'it has too many members that could be hooks';
        break;
      }
      const look = member.isFolder ? undefined : hooks.see(member.path);
      if (look === undefined) continue;
      if (!isReadable(member) || inflated + member.inflated > MOST_INFLATED) {
        this.#unread ??= `${member.path} is too large, or packed in an unusual way`;
        continue;
      }
      inflated += member.inflated;
      const entry = entries[index]!;
      all.push({ member, entry, look, stretch: this.#stretchOf(entry) });
    }
    return this.#near(all);
  }

  /** Those of the first stretches, as far as the bounds allow. */
  #near(candidates: readonly Candidate[]): readonly Candidate[] {
    let [end, bytes, count] = [0, 0, 0];
    for (const { from, to } of joined(candidates.map(({ stretch }) => stretch))) {
      bytes += to - from;
      count += 1;
      if (bytes > MOST_MEMBERS || count > MOST_STRETCHES) break;
      end = to;
    }
    const near = candidates.filter(({ stretch }) => stretch.to <= end);
    if (near.length < candidates.length) this.#unread ??= 'its hooks lie too far apart';
    return near;
  }

  #stretchOf({ offset, rawName, compressed }: DirectoryEntry): Stretch {
    const to = offset + LOCAL_SIZE + rawName.length + LOCAL_EXTRA + compressed;
    return { from: offset, to: Math.min(to, this.#place.offset) };
  }

  /** @returns whether its content could be read */
  async #look({ member, entry, look }: Candidate): Promise<boolean> {
    const dataAt = this.#dataOf(entry);
    if (dataAt === undefined) return false;
    const digests = new Digests();
    try {
      await readContent(
        this.#source,
        { ...member, dataAt },
        [digests, ...look.sinks],
        this.#checkTime,
      );
    } catch (error) {
      if (error instanceof InspectionProblem || error instanceof BeyondEnd) return false;
      throw error;
    }
    const { sha256 } = digests.finish();
    this.#digests.add(sha256);
    look.finish(hexSha256(sha256));
    return true;
  }

  /** Where a member's data begins; undefined where its local header is another's. */
  #dataOf({ offset, rawName, method }: DirectoryEntry): number | undefined {
    const header = this.#source.read(offset, LOCAL_SIZE + rawName.length);
    const isOwn =
      header.readUInt32LE(0) === LOCAL &&
      header.readUInt16LE(8) === method &&
      header.readUInt16LE(26) === rawName.length &&
      header.toString('latin1', LOCAL_SIZE) === rawName;
    return isOwn ? offset + header.length + header.readUInt16LE(28) : undefined;
  }

  readonly #checkTime = (): void => {
    if (performance.now() > this.#until)
      throw new InspectionProblem('inspection-limit-time', 'the probe took too long');
  };
}

/** Stretches in order, those that lie near each other as one. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last !== undefined && from - last.to <= NEAR)
      found[found.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else found.push({ from, to });
  }
  return found;
}
