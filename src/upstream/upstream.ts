import type { Agent } from 'node:http';
import type { Demands } from '../domain/integrity.js';
import type { ProjectGlob } from '../domain/project-glob.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Holding } from '../runtime/memory-budget.js';

/** A body as it was sent, which is the cheapest form to keep it in. */
export interface SentBody {
  readonly bytes: Uint8Array;
  readonly encoding: 'identity' | 'gzip' | 'br';
}

/** How a page may come packed. */
export type Coding = SentBody['encoding'] | 'zstd';

/** What an upstream said when asked for a page of its index. @typeParam Body what became of the page's body */
export type IndexAnswer<Body> =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'absent' }
  | (Body & {
      readonly kind: 'page';
      readonly contentType: string;
      /** The URL that answered, after redirects. */
      readonly url: string;
      readonly etag: string | undefined;
      readonly lastModified: string | undefined;
    });

/** A project page, unpacked and as it was sent. */
export type PageAnswer = IndexAnswer<{ readonly body: Uint8Array; readonly sent: SentBody }>;
/** The list of projects, whose body was handed over. */
export type ListAnswer = IndexAnswer<{ readonly encoding: Coding }>;

/** Takes a body as it comes. It is called once more where it is asked for again. */
export type ReceiveBody = (body: AsyncIterable<Uint8Array>) => Promise<void>;

export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** Of a page that nobody has seen. */
export const NO_VALIDATORS: Validators = { etag: undefined, lastModified: undefined };

/**
 * What becomes of a file that comes with a `Content-Encoding`. `as-sent`: its bytes are taken as they come, for a digest
 * says whether they are right. Servers say so of a `.tar.gz`, whose gzip is no encoding but the file itself.
 */
export type Encoded = 'as-sent' | 'refused';

/** Read once, to its end or until it is destroyed. It fails where the transfer breaks off. */
export type FileBody = AsyncIterable<Uint8Array> & { destroy(): void };

/** What is here of a file already. */
export interface Had {
  /** In bytes, from the file's beginning. */
  readonly bytes: number;
  /** The strong ETag that it came under, where there was one. */
  readonly etag: string | undefined;
}

/** An open transfer; `body` must be read to its end or destroyed. */
export interface FileAnswer {
  /** Of the whole file, as the upstream declares it. */
  readonly size: number | undefined;
  /** The byte of the file that the body begins with. */
  readonly from: number;
  /** A strong ETag by which a rest can be asked for. */
  readonly etag: string | undefined;
  readonly body: FileBody;
}

/** A part of a file, in bytes: `to` is behind its last one; or so many at its end. */
export type AskedRange = { readonly from: number; readonly to: number } | { readonly last: number };

/** A part of a file. */
export interface RangeAnswer {
  /** Of the whole file, in bytes. */
  readonly size: number;
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
}

/** One package index behind Wheelgate. Failures are `Failure`s: `upstream-broken`, `upstream-unreachable`, `not-found`. */
export interface Upstream extends Demands {
  readonly name: string;
  readonly isPublic: boolean;
  /** Of its index: two machines may call different ones by one name. */
  readonly url: string;
  /** Where `/pypi/…` and `/integrity/…` live: the origin of the index's URL. */
  readonly origin: string;
  /** The `Authorization` header for that origin, and for no other. @throws {Failure} where the password cannot be had */
  authorization(): Promise<string | undefined>;
  /** The way out for the pass-through: egress proxy and certificate authorities as for everything else. */
  agent(): Promise<Agent>;
  /** How long a page of it may take in all, in milliseconds. */
  readonly pageTimeout: number;
  /** Whether it claims any name: such an upstream is asked for what it claims, and for nothing else. */
  readonly hasClaims: boolean;
  /** Whether its files are opened. Rules that need no bytes apply in any case. */
  readonly inspect: boolean;
  claims(project: ProjectName): boolean;
  /** The same as it was set. */
  readonly claimed: readonly ProjectGlob[];
  /** @param holding takes the room for the page */
  fetchPage(project: ProjectName, validators?: Validators, holding?: Holding): Promise<PageAnswer>;
  /** `/simple/` itself, which may have any length. */
  fetchProjectList(receive: ReceiveBody, validators?: Validators): Promise<ListAnswer>;
  /**
   * Opens a file that a page of this upstream lists. Redirects stay within the upstream's own hosts; any
   * other host fails before a connection is made.
   * @param had then the answer begins behind it, or at 0 where the upstream gives no rest of these bytes
   */
  fetchFile(url: string, signal: AbortSignal, encoded: Encoded, had?: Had): Promise<FileAnswer>;
  /**
   * Asks once for a part of such a file, and reads exactly that, or all of a file that is no longer than the part.
   * @returns undefined where the upstream gives no parts of files
   */
  fetchRange(url: string, range: AskedRange, signal: AbortSignal): Promise<RangeAnswer | undefined>;
}
