import type { Agent } from 'node:http';
import type { Demands } from '../domain/integrity.js';
import type { ProjectGlob } from '../domain/project-glob.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Holding } from '../runtime/memory-budget.js';

/** A body as it was sent, the cheapest form to store. */
export interface SentBody {
  readonly bytes: Uint8Array;
  readonly encoding: 'identity' | 'gzip' | 'br';
}

/** A page's possible compression. */
export type Coding = SentBody['encoding'] | 'zstd';

/** An upstream's response to the request for an index page. @typeParam Body the result of reading the body */
export type IndexAnswer<Body> =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'absent' }
  | (Body & {
      readonly kind: 'page';
      readonly contentType: string;
      /** The URL after redirects. */
      readonly url: string;
      readonly etag: string | undefined;
      readonly lastModified: string | undefined;
    });

/** A project page, decompressed and as it was sent. */
export type PageAnswer = IndexAnswer<{ readonly body: Uint8Array; readonly sent: SentBody }>;
/** The list of projects, whose body was passed on. */
export type ListAnswer = IndexAnswer<{ readonly encoding: Coding }>;

/** Receives a body as it arrives. It is called again for a retry. */
export type ReceiveBody = (body: AsyncIterable<Uint8Array>) => Promise<void>;

export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** For a page without a cached copy. */
export const NO_VALIDATORS: Validators = { etag: undefined, lastModified: undefined };

/**
 * The treatment of a file with a `Content-Encoding`. `as-sent`: its bytes are accepted unchanged, because a digest
 * verifies them. Servers send the header for a `.tar.gz`, whose gzip is the file itself and not an encoding.
 */
export type Encoded = 'as-sent' | 'refused';

/** Can be read once, to its end or until it is destroyed. It fails if the transfer is interrupted. */
export type FileBody = AsyncIterable<Uint8Array> & { destroy(): void };

/** The received bytes of a file. */
export interface Had {
  /** Their number, from the file's start. */
  readonly bytes: number;
  /** Their strong ETag, if there was one. */
  readonly etag: string | undefined;
}

/** An open transfer; read `body` to its end, or destroy it. */
export interface FileAnswer {
  /** The declared size of the whole file. */
  readonly size: number | undefined;
  /** The offset of the body's first byte in the file. */
  readonly from: number;
  /** A strong ETag for requesting the rest. */
  readonly etag: string | undefined;
  /** Whether only the end of the connection ends the body: if it is cut off, it looks complete. */
  readonly endsUnmarked?: boolean;
  readonly body: FileBody;
}

/** A part of a file in bytes: `to` is exclusive; or the last bytes. */
export type AskedRange = { readonly from: number; readonly to: number } | { readonly last: number };

/** A part of a file. */
export interface RangeAnswer {
  /** The size of the whole file, in bytes. */
  readonly size: number;
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
}

/**
 * One package index behind Wheelgate. It fails with a `Failure`: `upstream-broken`, `upstream-unreachable`,
 * `not-found`.
 */
export interface Upstream extends Demands {
  readonly name: string;
  readonly isPublic: boolean;
  /** The URL of its index, because two machines may use one name for different indexes. */
  readonly url: string;
  /** The base of `/pypi/…` and `/integrity/…`: the origin of the index's URL. */
  readonly origin: string;
  /** The `Authorization` header for that origin, and no other. @throws {Failure} if the password is unavailable */
  authorization(): Promise<string | undefined>;
  /** The agent for the pass-through, with the egress proxy and certificate authorities of all requests. */
  agent(): Promise<Agent>;
  /** The total timeout of a page, in milliseconds. */
  readonly pageTimeout: number;
  /** Whether it claims any name: such an upstream is only queried for its claims. */
  readonly hasClaims: boolean;
  /** Whether its files are inspected. Rules that need no bytes apply in any case. */
  readonly inspect: boolean;
  claims(project: ProjectName): boolean;
  /** The claims as configured. */
  readonly claimed: readonly ProjectGlob[];
  /** @param holding reserves the memory for the page */
  fetchPage(project: ProjectName, validators?: Validators, holding?: Holding): Promise<PageAnswer>;
  /** `/simple/` itself, which may have any length. */
  fetchProjectList(receive: ReceiveBody, validators?: Validators): Promise<ListAnswer>;
  /**
   * Requests a file from a page of this upstream. Redirects must stay on the upstream's own hosts; any other host fails
   * before a connection.
   * @param had the body then starts after these bytes, or at 0 if the upstream cannot resume them
   */
  fetchFile(url: string, signal: AbortSignal, encoded: Encoded, had?: Had): Promise<FileAnswer>;
  /**
   * Requests a part of such a file once, and reads exactly that, or a whole file that is no longer than the part.
   * @returns undefined if the upstream does not support ranges
   */
  fetchRange(url: string, range: AskedRange, signal: AbortSignal): Promise<RangeAnswer | undefined>;
}
