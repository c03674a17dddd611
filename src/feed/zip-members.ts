import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { counted } from '../domain/plural.js';
import { ZipEnd } from './zip-end.js';
import type { Descriptor, Member, ZipParser } from './zip-parser.js';

/** Limits for an archive; OSV's has about 20,000 members, 60 MB compressed. */
export interface ZipBounds {
  /** Size of the archive in bytes. */
  readonly archive: number;
  readonly members: number;
  /** Decompressed bytes of one member, and of all members. */
  readonly member: number;
  readonly inflated: number;
  /** Milliseconds without a byte after which the transfer is aborted. */
  readonly idle: number;
}

const MIB = 2 ** 20;
export const BOUNDS: ZipBounds = {
  archive: 1024 * MIB,
  members: 500_000,
  member: 8 * MIB,
  inflated: 4096 * MIB,
  idle: 60_000,
};

/** Members that are read ahead; the library has no backpressure for them. */
const AHEAD = 64;

const STORED = 0;
const DEFLATED = 8;
/** Bits of a header's flags: encryption (two kinds), and a following descriptor. */
const ENCRYPTED = 0x41;
const WITH_DESCRIPTOR = 0x08;

/** The content of a record's file, not parsed yet. */
export interface JsonFile {
  /** The filename without folders and `.json`. */
  readonly name: string;
  readonly text: string;
}

/**
 * The `.json` members of a zip file while it arrives, one after another. They are verified only after the last one.
 * @throws if the archive is incomplete, damaged, ambiguous or absurdly large; the archive is destroyed
 */
export async function* readJsonMembers(
  archive: Readable,
  bounds: ZipBounds = BOUNDS,
): AsyncGenerator<JsonFile> {
  // It loads a dozen packages that nothing else needs.
  const { createZipParser } = await import('./zip-parser.js');
  const reading = new Reading(archive, createZipParser(), bounds);
  try {
    yield* reading.files();
  } finally {
    reading.stop();
  }
}

class Reading {
  readonly #archive: Readable;
  readonly #parser: ZipParser;
  readonly #bounds: ZipBounds;
  readonly #end = new ZipEnd();
  readonly #idle: NodeJS.Timeout;
  readonly #names = new Set<string>();
  readonly #failure: Promise<never>;
  #reject!: (error: Error) => void;
  /** The current member: the parser leaves it open when it fails. */
  #member: Member | undefined;
  #inflated = 0;
  /** Whether the parser has reached the archive's end, and accepts no more bytes. */
  #isOver = false;
  #onOver: () => void = ignore;
  #onTaken: () => void = ignore;

  constructor(archive: Readable, parser: ZipParser, bounds: ZipBounds) {
    this.#archive = archive;
    this.#parser = parser;
    this.#bounds = bounds;
    this.#failure = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#failure.catch(ignore);
    const late = () => this.#fail(new Error('the feed archive is truncated'));
    this.#idle = setTimeout(late, bounds.idle);
    parser.stream.on('error', (error) => this.#fail(error));
  }

  async *files(): AsyncGenerator<JsonFile> {
    const fed = this.#feed();
    fed.catch((error: Error) => this.#fail(error));
    for await (const member of this.#parser.stream as AsyncIterable<Member>) {
      this.#member = member.on('error', ignore);
      const content = await this.#read(member);
      this.#onTaken();
      if (content !== undefined)
        yield { name: posix.basename(member.path, '.json'), text: content.toString('utf8') };
    }
    this.#isOver = true;
    this.#onOver();
    await Promise.race([fed, this.#failure]);
    const [told, found] = [this.#end.members(), this.#names.size];
    if (told !== found)
      throw new Error(`the feed archive has ${counted(found, 'member')}, not ${told}`);
  }

  stop(): void {
    clearTimeout(this.#idle);
    this.#archive.destroy();
    this.#parser.stream.destroy();
  }

  /** All waiters receive the first error. */
  #fail(error: Error): void {
    this.#reject(error);
    this.#member?.destroy(error);
    this.#parser.stream.destroy(error);
    this.#archive.destroy();
  }

  /** Feeds the archive to the parser, at the pace of the consumer. */
  async #feed(): Promise<void> {
    const { stream } = this.#parser;
    for await (const piece of this.#archive as AsyncIterable<Buffer>) {
      this.#idle.refresh();
      this.#end.add(piece);
      if (this.#end.size > this.#bounds.archive) throw new Error('the feed archive is too large');
      if (!this.#isOver) await this.#write(piece);
      while (stream.readableLength > AHEAD)
        await new Promise<void>((resolve) => {
          this.#onTaken = resolve;
        });
    }
    // Checked before the parser's end: for a truncated archive, the parser would wait for more.
    this.#end.members();
    stream.end();
  }

  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onOver = resolve;
      this.#parser.stream.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** A record's content after its check; nothing for other members. */
  async #read(member: Member): Promise<Buffer | undefined> {
    const { path } = member;
    this.#check(member);
    const isRecord = path.endsWith('.json');
    const chunks: Buffer[] = [];
    let [size, crc] = [0, 0];
    for await (const chunk of member as AsyncIterable<Buffer>) {
      this.#idle.refresh();
      size += chunk.length;
      crc = crc32(chunk, crc);
      if (isRecord && size > this.#bounds.member) throw new Error(`${path} is too large`);
      if (this.#inflated + size > this.#bounds.inflated)
        throw new Error('the feed archive inflates to too many bytes');
      if (isRecord) chunks.push(chunk);
    }
    this.#inflated += size;
    const told = this.#toldOf(member);
    if (crc !== told.crc) throw new Error(`${path} is damaged: its checksum does not match`);
    if (size !== told.inflated) throw new Error(`${path} is damaged: its size does not match`);
    return isRecord ? Buffer.concat(chunks, size) : undefined;
  }

  /** Checks the header before the content is read. */
  #check({ path, vars }: Member): void {
    const { flags, compressionMethod: method } = vars;
    if ((flags & ENCRYPTED) !== 0) throw new Error(`${path} is encrypted`);
    // Stored data may contain a false descriptor.
    if (method !== DEFLATED && (method !== STORED || (flags & WITH_DESCRIPTOR) !== 0))
      throw new Error(`${path} uses an unsupported compression method`);
    if (this.#names.has(path)) throw new Error(`${path} is a duplicate`);
    if (this.#names.size >= this.#bounds.members)
      throw new Error(`the feed archive has more than ${this.#bounds.members} members`);
    this.#names.add(path);
  }

  #toldOf({ path, vars }: Member): Descriptor {
    if ((vars.flags & WITH_DESCRIPTOR) === 0)
      return { crc: vars.crc32, inflated: vars.uncompressedSize };
    const descriptor = this.#parser.descriptors.shift();
    if (descriptor === undefined) throw new Error(`the end of ${path} is missing`);
    return descriptor;
  }
}

function ignore(): void {}
