import { type ContentSink, Digests, hexSha256 } from '../archive/content.js';
import { checkMemberName, normalisePath } from '../archive/member-name.js';
import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import type { InspectionRun } from '../inspection-run.js';
import { parseSdistMetadata } from '../sdist-metadata.js';
import { StartupHooks } from '../startup-hooks/startup-hooks.js';
import { bunzip2 } from './bunzip2.js';
import { gunzip } from './gunzip.js';
import { LinkedHooks } from './linked-hooks.js';
import { LinkCheck } from './links.js';
import { type TarMember, type TarVisitor, TarWalker } from './tar-walker.js';

const CHUNK = 256 * 1024;

/**
 * Inspects a tar sdist in one pass over its stream, and in a second one if links are named like startup hooks.
 * @throws {InspectionProblem} if the rest is unreadable
 */
export function inspectTar(source: ByteSource, run: InspectionRun): void {
  const hooks = new StartupHooks(run.artifact, run.findings);
  const linked = new LinkedHooks(run.findings);
  const total = walk(source, run, new Visitor(run, hooks, linked));
  if (total === 0) throw new InspectionProblem('archive-unreadable', 'the archive is empty');
  const aliases = linked.aliases();
  if (aliases.size > 0) {
    const visitor = new AliasVisitor(aliases, hooks);
    walk(source, run, visitor);
    for (const alias of visitor.missed()) linked.doubt(alias);
  }
  hooks.finish();
}

/** @returns how many bytes the stream has */
function walk(source: ByteSource, run: InspectionRun, visitor: TarVisitor): number {
  const walker = new TarWalker(visitor);
  let total = 0;
  for (const chunk of unpack(source, run)) {
    total += chunk.length;
    run.checkInflated(total);
    walker.push(chunk);
  }
  walker.finish();
  return total;
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
        `the archive format ${run.artifact.format} is not supported`,
      );
  }
}

function* plain(source: ByteSource): Generator<Buffer> {
  for (let at = 0; at < source.size; at += CHUNK)
    yield source.read(at, Math.min(CHUNK, source.size - at));
}

class Visitor implements TarVisitor {
  readonly #run: InspectionRun;
  readonly #hooks: StartupHooks;
  readonly #links: LinkCheck;
  readonly #linked: LinkedHooks;
  /** Members of all kinds: folders and links cost memory too. */
  #seen = 0;
  #finish: (() => void) | undefined;

  constructor(run: InspectionRun, hooks: StartupHooks, linked: LinkedHooks) {
    this.#run = run;
    this.#hooks = hooks;
    this.#links = new LinkCheck(run.findings);
    this.#linked = linked;
  }

  member(member: TarMember): ContentSink | undefined {
    const run = this.#run;
    checkMemberName(member.path, run.limits, run.findings, member.offset);
    this.#links.see(member);
    this.#linked.see(member);
    if (++this.#seen > run.limits.members)
      throw new InspectionProblem(
        'inspection-limit-members',
        `more than ${run.limits.members} members`,
      );
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
    return feeding(sinks);
  }

  end(): void {
    this.#finish?.();
    this.#finish = undefined;
  }
}

/** Shows the hooks the files that are hooks by the names of links. */
class AliasVisitor implements TarVisitor {
  readonly #aliases: ReadonlyMap<string, readonly string[]>;
  readonly #hooks: StartupHooks;
  readonly #met = new Set<string>();
  #finish: (() => void) | undefined;

  constructor(aliases: ReadonlyMap<string, readonly string[]>, hooks: StartupHooks) {
    this.#aliases = aliases;
    this.#hooks = hooks;
  }

  member({ path: written, type }: TarMember): ContentSink | undefined {
    if (type !== 'file') return undefined;
    const path = normalisePath(written);
    const names = this.#aliases.get(path);
    if (names === undefined) return undefined;
    this.#met.add(path);
    const digests = new Digests();
    const looks = names.flatMap((name) => this.#hooks.see(name) ?? []);
    this.#finish = () => {
      const sha256 = hexSha256(digests.finish().sha256);
      for (const look of looks) look.finish(sha256);
    };
    return feeding([digests, ...looks.flatMap((look) => look.sinks)]);
  }

  end(): void {
    this.#finish?.();
    this.#finish = undefined;
  }

  /** The names whose file was not found. */
  missed(): string[] {
    return [...this.#aliases].flatMap(([path, names]) => (this.#met.has(path) ? [] : names));
  }
}

function feeding(sinks: readonly ContentSink[]): ContentSink {
  return {
    write: (chunk) => {
      for (const sink of sinks) sink.write(chunk);
    },
  };
}
