import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { FindingCode } from '../codes.js';
import { HookInspector } from '../hooks/hook-inspector.js';
import { sdistLandings } from '../hooks/sdist-landing.js';
import { LOOKED_AT_BYTES } from '../limits.js';
import { type PathFault, pathFault } from '../member-path.js';
import { type Report, shown } from '../report.js';
import { checkLengths } from '../zip/check-names.js';
import type { ByteQueue } from './byte-queue.js';
import { BLOCK, readHeader, readPax, type TarHeader } from './header.js';

/** Extended headers longer than this cannot be honest, in bytes. */
const MAX_EXTENDED = 1024 * 1024;

/** What extended headers in front of a member say of it. */
interface Extension {
  path?: string | undefined;
  linkPath?: string | undefined;
  size?: number | undefined;
}

const PATH_CODES: Readonly<Partial<Record<PathFault, readonly [FindingCode, string]>>> = {
  characters: ['tar-name-characters', 'holds control or format characters'],
  absolute: ['tar-path-absolute', 'is an absolute path'],
  climbs: ['tar-path-climbs', 'climbs out of its folder'],
};

/** Inspects an sdist as an unpacked tar stream: its structure, and `.pth` files that would run. */
export async function inspectTar(
  queue: ByteQueue,
  name: DistributionFilename,
  report: Report,
): Promise<void> {
  const walk = new TarWalk(queue, new HookInspector(name.project, report, sdistLandings), report);
  await walk.run();
}

class TarWalk {
  readonly #queue: ByteQueue;
  readonly #hooks: HookInspector;
  readonly #report: Report;
  readonly #kinds = new Map<string, string>();
  #global: Extension = {};

  constructor(queue: ByteQueue, hooks: HookInspector, report: Report) {
    this.#queue = queue;
    this.#hooks = hooks;
    this.#report = report;
  }

  async run(): Promise<void> {
    let own: Extension = {};
    for (;;) {
      const block = await this.#queue.take(BLOCK);
      // An archive may end with its last member: readers take that for the end.
      if (block.length === 0) break;
      if (block.length < BLOCK)
        this.#report.stop('tar-truncated', 'the archive ends inside a header');
      const header = readHeader(block, this.#report);
      if (header.isZero) {
        await this.#expectZeros();
        break;
      }
      this.#report.countMember();
      if (header.type === 'g') this.#global = { ...this.#global, ...(await this.#readPax(header)) };
      else if (header.type === 'x') own = { ...own, ...(await this.#readPax(header)) };
      else if (header.type === 'L') own.path = await this.#readLongName(header);
      else if (header.type === 'K') own.linkPath = await this.#readLongName(header);
      else {
        await this.#member(header, { ...this.#global, ...own });
        own = {};
      }
    }
    this.#hooks.finish();
  }

  /** Behind the first zero block, only zeros: some readers look on, others stop. */
  async #expectZeros(): Promise<void> {
    let clean = true;
    await this.#queue.pass(Number.POSITIVE_INFINITY, (chunk) => {
      clean &&= chunk.every((byte) => byte === 0);
      this.#report.countInflated(chunk.length);
    });
    if (!clean) this.#report.add('tar-trailing-data', 'something follows the end of the archive');
  }

  async #readPax(header: TarHeader): Promise<Extension> {
    const records = readPax(await this.#readExtended(header), this.#report);
    for (const key of records.keys())
      if (key.startsWith('GNU.sparse'))
        this.#report.stop('tar-sparse', 'a member of the archive is a sparse file');
    const size = records.get('size');
    if (size !== undefined && !/^\d{1,15}$/.test(size))
      this.#report.stop('tar-unreadable', 'an extended header has a size that cannot be read');
    return {
      ...(records.has('path') && { path: records.get('path') }),
      ...(records.has('linkpath') && { linkPath: records.get('linkpath') }),
      ...(size !== undefined && { size: Number(size) }),
    };
  }

  async #readLongName(header: TarHeader): Promise<string> {
    const bytes = await this.#readExtended(header);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
  }

  async #readExtended(header: TarHeader): Promise<Buffer> {
    if (header.size > MAX_EXTENDED)
      this.#report.stop('tar-unreadable', 'an extended header of the archive is absurdly long');
    const chunks: Buffer[] = [];
    await this.#content(header.size, (chunk) => chunks.push(Buffer.from(chunk)));
    return Buffer.concat(chunks);
  }

  async #member(header: TarHeader, extension: Extension): Promise<void> {
    const path = extension.path ?? header.name;
    const member = shown(path);
    const evidence = { member, offset: this.#queue.position - BLOCK };
    const { size } = extension;
    // A header may leave its size out where the pax header has it, but may not name another one.
    if (size !== undefined && header.size !== size && header.size !== 0)
      this.#report.stop('tar-size-contradiction', `${member} has two different sizes`, evidence);
    const fault = PATH_CODES[pathFault(path) ?? 'backslash'];
    if (fault !== undefined) this.#report.add(fault[0], `${member} ${fault[1]}`, evidence);
    checkLengths(path, member, this.#report);
    this.#checkKind(header, extension, path, evidence);
    const regular = header.type === '0' || header.type === '7';
    await this.#take(path, size ?? header.size, regular);
  }

  #checkKind(
    header: TarHeader,
    extension: Extension,
    path: string,
    evidence: { member: string; offset: number },
  ): void {
    const { member } = evidence;
    const key = posix.normalize(path).replace(/\/$/, '');
    const before = this.#kinds.get(key);
    if (before !== undefined && (before !== header.type || header.type === '2'))
      this.#report.add(
        'tar-duplicate-name',
        `${member} is there twice, as different things`,
        evidence,
      );
    this.#kinds.set(key, header.type);
    switch (header.type) {
      case '0':
      case '5':
      case '7':
        return;
      case '1':
      case '2': {
        const target = extension.linkPath ?? header.linkName;
        const from = header.type === '2' ? posix.dirname(path) : '';
        const resolved = posix.normalize(posix.join(from, target));
        if (target.startsWith('/') || resolved === '..' || resolved.startsWith('../'))
          this.#report.add('tar-link-leaves', `${member} is a link to ${shown(target)}`, evidence);
        return;
      }
      case 'S':
        return this.#report.stop('tar-sparse', `${member} is a sparse file`, evidence);
      case '3':
      case '4':
      case '6':
        return this.#report.add('tar-special-file', `${member} is a device or a pipe`, evidence);
      default:
        return this.#report.stop(
          'tar-unknown-type',
          `${member} has the type ${shown(header.type)}, which readers treat in different ways`,
          evidence,
        );
    }
  }

  async #take(path: string, size: number, regular: boolean): Promise<void> {
    const hook = regular && this.#hooks.announce(path) === 'content';
    const keep = hook && size <= LOOKED_AT_BYTES;
    const kept: Buffer[] = [];
    const hash = createHash('sha256');
    await this.#content(size, (chunk) => {
      hash.update(chunk);
      if (keep) kept.push(Buffer.from(chunk));
    });
    if (regular) this.#report.addDigest(hash.digest());
    if (keep) this.#hooks.look(path, Buffer.concat(kept));
    else if (hook) this.#hooks.tooLarge(path);
  }

  /** Passes a member's content on, and skips to the next block. */
  async #content(size: number, sink: (chunk: Buffer) => void): Promise<void> {
    const passed = await this.#queue.pass(size, (chunk) => {
      this.#report.countInflated(chunk.length);
      sink(chunk);
    });
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    const padded = (await this.#queue.take(padding)).length;
    if (passed < size || padded < padding)
      this.#report.stop('tar-truncated', 'the archive ends inside a member');
  }
}
