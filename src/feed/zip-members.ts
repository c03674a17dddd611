import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { counted } from '../domain/plural.js';
import { ZipEnd } from './zip-end.js';
import type { Descriptor, Member, ZipParser } from './zip-parser.js';

/** Bounds of an archive; OSV's has some 20,000 members, 60 MB packed. */
export interface ZipBounds {
  /** Bytes of the archive. */
  readonly archive: number;
  readonly members: number;
  /** Bytes of one member, and of all together, once they are inflated. */
  readonly member: number;
  readonly inflated: number;
  /** Milliseconds without a byte after which it will not go on. */
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

/** Members that are read and nobody has taken; the library does not wait by itself. */
const AHEAD = 64;

const STORED = 0;
const DEFLATED = 8;
/** Bits of a header's flags: encrypted, in either way; a descriptor follows. */
const ENCRYPTED = 0x41;
const WITH_DESCRIPTOR = 0x08;

/** A record as it lies in a file, unread. */
export interface JsonFile {
  /** Of the file, without folders and `.json`. */
  readonly name: string;
  readonly text: string;
}

/**
 * The `.json` members of a zip file as it comes in, one after the other. What they are is known to be right only once all
 * have been given.
 * @throws where the archive is no whole zip file, or is damaged, ambiguous or absurdly large; the archive is destroyed
 */
export async function* readJsonMembers(
  archive: Readable,
  bounds: ZipBounds = BOUNDS,
): AsyncGenerator<JsonFile> {
  // It loads a dozen packages, which nobody needs but for this.
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
  /** The one that is being read: the parser leaves it open when it fails itself. */
  #member: Member | undefined;
  #inflated = 0;
  /** Whether the parser has come to the archive's end, and takes no more. */
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

  /** Whoever waits for something meets the first error. */
  #fail(error: Error): void {
    this.#reject(error);
    this.#member?.destroy(error);
    this.#parser.stream.destroy(error);
    this.#archive.destroy();
  }

  /** Gives the archive to the parser, at the pace at which members are taken. */
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
    // Before the parser is told: of an archive that is cut off it waits for more.
    this.#end.members();
    stream.end();
  }

  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onOver = resolve;
      this.#parser.stream.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** The content of a record, once it is checked; of other members nothing. */
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

  /** Before a byte of it is looked at. */
  #check({ path, vars }: Member): void {
    const { flags, compressionMethod: method } = vars;
    if ((flags & ENCRYPTED) !== 0) throw new Error(`${path} is encrypted`);
    // Stored data may hold what looks like their descriptor.
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
    if (descriptor === undefined) throw new Error(`${path} has no end`);
    return descriptor;
  }
}

function ignore(): void {}
