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
 * The first read at a file's end, which covers the whole directory of most wheels. With its headers, such a response is
 * shorter than 64 KiB, so a server nearby sends it at once; a longer one may wait 40 ms for an acknowledgement.
 */
export const TAIL_BYTES = 60 * 1024;

/** The read limit of one probe, in bytes; a file beyond it has no probe result. */
const MOST_DIRECTORY = 3 * 2 ** 20;
const MOST_MEMBERS = 2 * 2 ** 20;
/** Limits for members that could be hooks, and their inflated bytes. A known-good `.pth` has a few kilobytes. */
const MOST_CANDIDATES = 400;
const MOST_INFLATED = 2 ** 20;
/** Members that lie apart are asked for one by one, so many at most. */
const MOST_STRETCHES = 6;
/** Two members with a gap up to this size are read together, in bytes. */
const NEAR = 16 * 1024;
/** Room for the extra fields of a local header, whose length is not in the directory, in bytes. */
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
      /** The reason why a possible hook was not read; undefined if all were. */
      readonly unread: string | undefined;
    }
  /** It is not a readable zip file, or too large for a probe. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** A relevant member, and its position with its local header. */
interface Candidate {
  readonly member: ZipMember;
  readonly entry: DirectoryEntry;
  readonly look: HookLook;
  readonly stretch: Stretch;
}

/**
 * Searches the available pieces of a wheel for startup hooks. It reads the directory and the members that could be
 * startup hooks by place or name, with the code of the full inspection: its findings are a subset of those of the full
 * inspection. If it fails to read a member that could be a hook, for any reason, the result states that: such a file is
 * not known to be clean.
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
    // Problems with the archive are left to the full inspection.
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
    // The target of a line in a .pth may be an archive, under any name.
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
        this.#unread = 'it has too many possible hooks';
        break;
      }
      const look = member.isFolder ? undefined : hooks.see(member.path);
      if (look === undefined) continue;
      if (!isReadable(member) || inflated + member.inflated > MOST_INFLATED) {
        this.#unread ??= `${member.path} is too large, or compressed in an unusual way`;
        continue;
      }
      inflated += member.inflated;
      const entry = entries[index]!;
      all.push({ member, entry, look, stretch: this.#stretchOf(entry) });
    }
    return this.#near(all);
  }

  /** The candidates in the first stretches, within the limits. */
  #near(candidates: readonly Candidate[]): readonly Candidate[] {
    let [end, bytes, count] = [0, 0, 0];
    for (const { from, to } of joined(candidates.map(({ stretch }) => stretch))) {
      bytes += to - from;
      count += 1;
      if (bytes > MOST_MEMBERS || count > MOST_STRETCHES) break;
      end = to;
    }
    const near = candidates.filter(({ stretch }) => stretch.to <= end);
    if (near.length < candidates.length) this.#unread ??= 'its hooks are too far apart';
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

  /** Start of a member's data; undefined if its local header belongs to another member. */
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

/** Stretches in order, with near ones merged. */
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
