import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { LearntBytes, SeenBytes } from '../../domain/integrity.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Learnt } from '../../fleet/news.js';
import type {
  FetchedPage,
  MeetingAnswer,
  MeetingAsked,
  SharedProjects,
} from '../../fleet/shared-projects.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { MAX_RECORD } from './fact-records.js';
import { readMeeting } from './meeting-reply.js';
import type { PageWaiters } from './page-waiters.js';
import type { ProjectKeys } from './project-keys.js';
import type { ReplicaFacts } from './replica-facts.js';
import { MAX_PAGE, type ReplicaPages } from './replica-pages.js';
import { MEET } from './scripts.js';

/** Bytes of each hash of facts in the first reply; the rest follows in the background. */
const AT_ONCE = 1024 * 1024;
/** The timeout in milliseconds: the reply may be long. */
const ANSWER = 250;
/** The longest wait for the holder of the turn, in milliseconds; then the turn is free. */
const TURN = 3_000;
/** Maximum number of projects for which this machine receives news. */
const MAX_MET = 100_000;

export interface ReplicaProjectsParts {
  readonly line: RedisLine;
  readonly keys: ProjectKeys;
  readonly facts: ReplicaFacts;
  readonly pages: ReplicaPages;
  readonly waiters: PageWaiters;
  /** Leaves with the others what they have forgotten. */
  readonly giveBack: (learnt: readonly Learnt[]) => Promise<void>;
}

/** What replicas have in common of projects, in Redis. */
export class ReplicaProjects implements SharedProjects {
  readonly #parts: ReplicaProjectsParts;
  readonly #met = new LRUCache<ProjectName, true>({ max: MAX_MET });

  constructor(parts: ReplicaProjectsParts) {
    this.#parts = parts;
  }

  /** Whether a client here has ever requested it: facts about others are read at the first request. */
  hasMet(project: ProjectName): boolean {
    return this.#met.has(project);
  }

  async meet(asked: MeetingAsked): Promise<MeetingAnswer | undefined> {
    const { waiters, pages } = this.#parts;
    const { project, had } = asked;
    const turn = randomUUID();
    // Before the query, so that messages sent meanwhile are received.
    this.#met.set(project, true);
    const waiter = waiters.begin(project);
    try {
      const reply = await this.#ask(asked, turn);
      const found = pages.begin(project, turn, had, reply);
      const facts = asked.facts ? await this.#parts.facts.read(project, reply.hashes) : undefined;
      const part = reply.turn === 'theirs' ? await waiter.wait() : undefined;
      const told = part === undefined ? [] : pages.told(project, had, part);
      return {
        facts: facts?.learnt,
        isWhole: facts?.isWhole ?? false,
        pages: told.length > 0 ? told : found.pages,
        same: found.same,
        turn,
      };
    } catch {
      // The connection reports its own errors; any other one means that the reply was invalid.
      return undefined;
    } finally {
      waiter.end();
    }
  }

  end(project: ProjectName, turn: string, page: FetchedPage | undefined): void {
    this.#parts.pages.end(project, turn, page).catch(() => {});
  }

  gone(project: ProjectName, upstream: string): void {
    const { line, keys } = this.#parts;
    line.ask((redis) => redis.del(keys.page(project, upstream))).catch(() => {});
  }

  async pin(
    upstream: string,
    project: ProjectName,
    seen: SeenBytes,
  ): Promise<SeenBytes | undefined> {
    const learnt: LearntBytes = { what: 'pins', upstream, project, seen };
    return this.#parts.facts.pin(learnt).catch(() => undefined);
  }

  giveBack(learnt: readonly Learnt[]): void {
    void this.#parts.giveBack(learnt);
  }

  async #ask({ project, facts, had, freshFrom }: MeetingAsked, turn: string) {
    const { line, keys } = this.#parts;
    const hashes = facts
      ? [keys.findings(project), keys.facts(project), keys.pins(project), keys.probes(project)]
      : [];
    const pages = had.map(({ upstream }) => keys.page(project, upstream));
    const reply = await line.ask(
      (redis) =>
        MEET.run(
          redis,
          [keys.turn(project), ...hashes, ...pages],
          [
            hashes.length,
            AT_ONCE,
            MAX_RECORD,
            MAX_PAGE,
            turn,
            freshFrom === 0 ? 0 : TURN,
            freshFrom,
            ...(facts ? KEPT : []),
            ...had.flatMap(({ checkedAt, etag }) => [checkedAt, etag ?? '']),
          ],
        ),
      ANSWER,
    );
    return readMeeting(reply, hashes);
  }
}

const DAY = 24 * 3_600_000;
/** Lifetimes of findings, other facts, pins and probes since their last read, in milliseconds; 0 is unlimited. */
const KEPT = [90 * DAY, 30 * DAY, 0, 30 * DAY] as const;
