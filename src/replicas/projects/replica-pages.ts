import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../../domain/project-name.js';
import type { FetchedPage, HadPage, SharedPage } from '../../fleet/shared-projects.js';
import type { RedisLine } from '../../redis/redis-line.js';
import type { MeetingReply } from './meeting-reply.js';
import { digestOf, type PageHead, type PageHeads } from './page-heads.js';
import type { PageWaiters } from './page-waiters.js';
import type { PagePart, ProjectEvents } from './project-events.js';
import type { ProjectKeys } from './project-keys.js';
import { END_TURN, PUT_PAGE } from './scripts.js';

/** A longer page is not shared, in bytes, compressed. */
export const MAX_PAGE = 2 * 2 ** 20;
/** Maximum size of a page that is broadcast because a replica waits for it, in bytes. */
const SENT_AT_ONCE = 512 * 1024;
/** How long pages may be served stale while their upstream is down, in milliseconds. */
const KEPT = 7 * 24 * 3_600_000;
/** Limits of unfinished meetings: their number, and their duration in milliseconds. */
const MAX_MEETINGS = 10_000;
const LONGEST_MEETING = 120_000;

export interface ReplicaPagesParts {
  readonly line: RedisLine;
  readonly keys: ProjectKeys;
  readonly heads: PageHeads;
  readonly events: ProjectEvents;
  readonly waiters: PageWaiters;
}

/** The stored page at the time of the read. */
interface Found {
  /** Sealed; empty if there was none. */
  readonly sealed: Buffer;
  readonly head: PageHead | undefined;
}

/** An unfinished meeting. */
interface Turn {
  readonly isOurs: boolean;
  /** By upstream. */
  readonly found: ReadonlyMap<string, Found>;
}

/** The upstreams' pages that replicas share. */
export class ReplicaPages {
  readonly #parts: ReplicaPagesParts;
  readonly #turns = new LRUCache<string, Turn>({ max: MAX_MEETINGS, ttl: LONGEST_MEETING });

  constructor(parts: ReplicaPagesParts) {
    this.#parts = parts;
  }

  /** Records the stored pages for the end of the turn. @returns those that are the same as the local ones, or newer */
  begin(
    project: ProjectName,
    turn: string,
    had: readonly HadPage[],
    { turn: state, pages }: MeetingReply,
  ): { readonly pages: readonly SharedPage[]; readonly same: readonly string[] } {
    const found = new Map<string, Found>();
    const newer: SharedPage[] = [];
    const same: string[] = [];
    for (const [index, one] of had.entries()) {
      const { head: sealed, body } = pages[index]!;
      const head = this.#parts.heads.read(this.#key(project, one.upstream), sealed);
      found.set(one.upstream, { sealed, head });
      if (head === undefined) continue;
      if (isSame(one, head)) same.push(one.upstream);
      const page = newerPage(one, head, body);
      if (page !== undefined) newer.push(page);
    }
    this.#turns.set(turn, { isOurs: state === 'ours', found });
    return { pages: newer, same };
  }

  /** The page that another replica received, if it is newer than the local one. */
  told(project: ProjectName, had: readonly HadPage[], part: PagePart): readonly SharedPage[] {
    const one = had.find(({ upstream }) => upstream === part.upstream);
    const head = one && this.#parts.heads.read(this.#key(project, one.upstream), part.head);
    const page = head && newerPage(one, head, part.body ?? NOTHING);
    return page === undefined ? [] : [page];
  }

  /** Ends a turn, and notifies the waiting replicas. */
  async end(project: ProjectName, turn: string, page: FetchedPage | undefined): Promise<void> {
    const { events, waiters } = this.#parts;
    const { isOurs, found: all } = this.#turns.get(turn) ?? UNKNOWN;
    this.#turns.delete(turn);
    if (page === undefined && !isOurs) return;
    const found = page && all.get(page.upstream);
    const written = page && this.#write(project, page, found?.head);
    const part = written && { ...written, upstream: page.upstream };
    const changedAt = written?.body && page?.checkedAt;
    // Local waiters are notified without Redis, regardless of its state.
    waiters.tell(project, part);
    const wanted = await this.#keep(project, turn, page, written, found?.sealed);
    const body = wanted && (written?.body?.length ?? 0) <= SENT_AT_ONCE ? written?.body : undefined;
    if (wanted || changedAt !== undefined)
      await events.send({ kind: 'asked', project, changedAt, page: part && { ...part, body } });
  }

  /** @returns undefined where it cannot be shared */
  #write(
    project: ProjectName,
    { upstream, checkedAt, etag, packed }: FetchedPage,
    before: PageHead | undefined,
  ): { readonly head: Buffer; readonly body: Buffer | undefined } | undefined {
    const { heads } = this.#parts;
    if (packed !== undefined && packed.length > MAX_PAGE) return undefined;
    const digest = packed === undefined ? before?.digest : digestOf(packed);
    if (digest === undefined) return undefined;
    const head = heads.write(this.#key(project, upstream), { checkedAt, etag, digest });
    return { head, body: packed && Buffer.from(packed) };
  }

  /** @returns whether a replica waits for it */
  async #keep(
    project: ProjectName,
    turn: string,
    page: FetchedPage | undefined,
    written: { readonly head: Buffer; readonly body: Buffer | undefined } | undefined,
    seen: Buffer | undefined,
  ): Promise<boolean> {
    const { line, keys } = this.#parts;
    const turnKey = keys.turn(project);
    const reply = await line.ask((redis) => {
      if (page === undefined || written === undefined)
        return END_TURN.run(redis, [turnKey], [turn]);
      const { upstream, checkedAt, etag } = page;
      const { head, body } = written;
      return PUT_PAGE.run(
        redis,
        [this.#key(project, upstream), turnKey],
        [turn, checkedAt, etag ?? '', head, body ?? '', KEPT, seen ?? '-'],
      );
    });
    return reply === 1;
  }

  #key(project: ProjectName, upstream: string): string {
    return this.#parts.keys.page(project, upstream);
  }
}

const NOTHING = Buffer.alloc(0);
const UNKNOWN: Turn = { isOurs: true, found: new Map() };

function isSame({ checkedAt, etag }: HadPage, head: PageHead): boolean {
  return checkedAt > 0 && etag !== undefined && etag === head.etag;
}

function newerPage(had: HadPage, head: PageHead, body: Buffer): SharedPage | undefined {
  const { upstream, checkedAt } = had;
  if (head.checkedAt <= checkedAt) return undefined;
  const isHere = isSame(had, head);
  if (!isHere && (body.length === 0 || digestOf(body) !== head.digest)) return undefined;
  return { upstream, checkedAt: head.checkedAt, packed: isHere ? undefined : body };
}
