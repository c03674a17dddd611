import { type ContentSink, Digests, hexSha256 } from '../archive/content.js';
import { checkMemberName } from '../archive/member-name.js';
import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import type { InspectionRun } from '../inspection-run.js';
import { parseSdistMetadata } from '../sdist-metadata.js';
import { StartupHooks } from '../startup-hooks/startup-hooks.js';
import { bunzip2 } from './bunzip2.js';
import { gunzip } from './gunzip.js';
import { LinkCheck } from './links.js';
import { type TarMember, TarWalker } from './tar-walker.js';

const CHUNK = 256 * 1024;

/** Inspects a tar sdist in one pass over its stream. @throws {InspectionProblem} where it cannot be read on */
export function inspectTar(source: ByteSource, run: InspectionRun): void {
  const visitor = new Visitor(run);
  const walker = new TarWalker(visitor);
  let total = 0;
  for (const chunk of unpack(source, run)) {
    total += chunk.length;
    run.checkInflated(total);
    walker.push(chunk);
  }
  walker.finish();
  if (total === 0) throw new InspectionProblem('archive-unreadable', 'the archive is empty');
  visitor.finish();
}

function unpack(source: ByteSource, run: InspectionRun): Iterable<Buffer> {
  switch (run.artifact.format) {
    case 'tar':
      return plain(source);
    case 'tar.gz':
      return gunzip(source);
    case 'tar.bz2':
      return bunzip2(source);
    default:
      throw new InspectionProblem(
        'archive-format-unsupported',
        `archives of the form ${run.artifact.format} are not opened`,
      );
  }
}

function* plain(source: ByteSource): Generator<Buffer> {
  for (let at = 0; at < source.size; at += CHUNK)
    yield source.read(at, Math.min(CHUNK, source.size - at));
}

class Visitor {
  readonly #run: InspectionRun;
  readonly #hooks: StartupHooks;
  readonly #links: LinkCheck;
  /** Members of all kinds: folders and links cost memory too. */
  #seen = 0;
  #finish: (() => void) | undefined;

  constructor(run: InspectionRun) {
    this.#run = run;
    this.#hooks = new StartupHooks(run.artifact, run.findings);
    this.#links = new LinkCheck(run.findings);
  }

  member(member: TarMember): ContentSink | undefined {
    const run = this.#run;
    checkMemberName(member.path, run.limits, run.findings, member.offset);
    this.#links.see(member);
    if (++this.#seen > run.limits.members)
      throw new InspectionProblem('inspection-limit-members', `over ${run.limits.members} members`);
    if (member.type !== 'file') return undefined;
    run.memberCount++;
    const look = this.#hooks.see(member.path);
    const metadata = parseSdistMetadata(member.path, member.size, run);
    const digests = new Digests();
    const sinks = [digests, ...(look?.sinks ?? []), ...(metadata?.sinks ?? [])];
    this.#finish = () => {
      const { sha256 } = digests.finish();
      run.addContent(sha256, digests.length);
      look?.finish(hexSha256(sha256));
      metadata?.finish();
    };
    return {
      write: (chunk) => {
        for (const sink of sinks) sink.write(chunk);
      },
    };
  }

  end(): void {
    this.#finish?.();
    this.#finish = undefined;
  }

  finish(): void {
    this.#hooks.finish();
  }
}
