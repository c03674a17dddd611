import { type ContentSink, Digests, hexSha256 } from '../archive/content.js';
import type { ByteSource } from '../byte-source.js';
import type { ContentProofs } from '../early/content-proofs.js';
import type { InspectionRun } from '../inspection-run.js';
import { parseSdistMetadata } from '../sdist-metadata.js';
import type { HookLook, StartupHooks } from '../startup-hooks/startup-hooks.js';
import type { WheelRecord } from '../wheel/record.js';
import { DescriptorScan } from './descriptor-scan.js';
import { readContent } from './inflate.js';
import { DEFLATED, STORED, type ZipMember } from './zip-members.js';

export interface MemberLooksParts {
  readonly source: ByteSource;
  readonly run: InspectionRun;
  readonly hooks: StartupHooks;
  /** Wheels only. */
  readonly record: WheelRecord | undefined;
  /** Contents that were read during the transfer. */
  readonly proofs: ContentProofs;
}

/** Required results for a content, in addition to its digest. */
interface Wanted {
  readonly hook: HookLook | undefined;
  readonly sdist: ReturnType<typeof parseSdistMetadata>;
  /** The algorithm of RECORD's hash, if it is not SHA-256. */
  readonly algorithm: string | undefined;
  readonly scan: DescriptorScan | undefined;
}

/** Members that are packed in an unknown way are findings already, and cannot be opened. */
export function isReadable({ method, compressed, inflated }: ZipMember): boolean {
  return (method === STORED && compressed === inflated) || method === DEFLATED;
}

function isOnlyHashed({ hook, sdist, algorithm, scan }: Wanted): boolean {
  return hook === undefined && sdist === undefined && algorithm === undefined && scan === undefined;
}

/** Inspects the members of a zip one by one: their paths, and the contents of relevant ones. */
export class MemberLooks {
  readonly #parts: MemberLooksParts;

  constructor(parts: MemberLooksParts) {
    this.#parts = parts;
  }

  /** @returns undefined if its content need not be read: there may be 100,000 such members */
  look(member: ZipMember): Promise<void> | undefined {
    if (member.isFolder) return this.#readFolder(member);
    const { run, hooks, record, proofs } = this.#parts;
    record?.see(member.path);
    const hook = hooks.see(member.path);
    const isNeeded = run.limits.inflate === 'all' || hook !== undefined || member.hasDescriptor;
    if (!isNeeded || !isReadable(member)) return undefined;
    const wanted = this.#wanted(member, hook);
    const proven = isOnlyHashed(wanted) ? proofs.digestOf(member) : undefined;
    if (proven === undefined) return this.#read(member, wanted);
    run.addContent(proven, member.inflated);
    record?.compare(member.path, member.inflated, proven, undefined);
    run.checkTime();
    return undefined;
  }

  /** After all members were inspected, further ones may be relevant. @returns as `look` */
  lookAgain(member: ZipMember): Promise<void> | undefined {
    const hook = isReadable(member) ? this.#parts.hooks.lookAgain(member.path) : undefined;
    return hook && this.#readAgain(member, hook);
  }

  /** A folder has no content; one that has is read to be known as sound. */
  #readFolder(member: ZipMember): Promise<void> | undefined {
    if (!isReadable(member) || member.compressed === 0) return undefined;
    const { source, run } = this.#parts;
    return readContent(source, member, [], run.checkTime);
  }

  #readAgain(member: ZipMember, hook: HookLook): Promise<void> | undefined {
    const { source, run } = this.#parts;
    const digests = new Digests();
    const reading = readContent(source, member, [digests, ...hook.sinks], run.checkTime);
    return after(reading, () => hook.finish(hexSha256(digests.finish().sha256)));
  }

  #wanted(member: ZipMember, hook: Wanted['hook']): Wanted {
    const { run, record } = this.#parts;
    const isSdist = run.artifact.kind === 'sdist';
    return {
      hook,
      algorithm: record?.algorithmOf(member.path),
      sdist: isSdist ? parseSdistMetadata(member.path, member.inflated, run) : undefined,
      scan: member.method === STORED && member.hasDescriptor ? new DescriptorScan() : undefined,
    };
  }

  #read(member: ZipMember, wanted: Wanted): Promise<void> | undefined {
    const { source, run } = this.#parts;
    const { hook, sdist, algorithm, scan } = wanted;
    const digests = new Digests(algorithm);
    const sinks: ContentSink[] = [digests, ...(hook?.sinks ?? []), ...(sdist?.sinks ?? [])];
    if (scan !== undefined) sinks.push(scan);
    const reading = readContent(source, member, sinks, run.checkTime);
    return after(reading, () => this.#haveRead(member, wanted, digests));
  }

  #haveRead(member: ZipMember, { hook, sdist, scan }: Wanted, digests: Digests): void {
    const { run, record } = this.#parts;
    if (scan?.found === true)
      run.findings.add(
        'zip-stored-descriptor',
        `${member.path} contains a data descriptor signature in its data`,
        { member: member.path },
      );
    const { sha256, other } = digests.finish();
    run.addContent(sha256, digests.length);
    hook?.finish(hexSha256(sha256));
    sdist?.finish();
    record?.compare(member.path, digests.length, sha256, other);
  }
}

/** Continues immediately if there is nothing to wait for. */
function after(reading: Promise<void> | undefined, next: () => void): Promise<void> | undefined {
  if (reading !== undefined) return reading.then(next);
  next();
  return undefined;
}
