import type { NoticeEvent } from '../domain/notice-events.js';
import type { GatheredNotices, Notice } from './notice.js';

/** So many notices of one event have a message each within a minute. */
const MOST = 10;
/** Milliseconds. */
const MINUTE = 60_000;
/** The maximum number of notices that a combined message lists. */
const MAX_NAMED = 50;

interface Span {
  readonly since: number;
  passed: number;
  count: number;
  readonly held: Notice[];
}

/**
 * Sends the first notices of a minute individually, and the others in one message: a client that requests a thousand
 * refused releases causes no flood.
 */
export class Pace {
  readonly #spans = new Map<NoticeEvent, Span>();

  /** @param now milliseconds since 1970 @returns whether it is sent individually */
  admits(notice: Notice, now: number): boolean {
    const span = this.#spans.get(notice.event) ?? { since: now, passed: 0, count: 0, held: [] };
    this.#spans.set(notice.event, span);
    if (span.passed < MOST) {
      span.passed += 1;
      return true;
    }
    span.count += 1;
    if (span.held.length < MAX_NAMED) span.held.push(notice);
    return false;
  }

  /** @returns the collected notices of past minutes */
  gathered(now: number): GatheredNotices[] {
    const gathered: GatheredNotices[] = [];
    for (const [event, { since, count, held }] of this.#spans) {
      // A clock that was set back must not hold anything for long.
      if (now - since < MINUTE && now >= since) continue;
      this.#spans.delete(event);
      if (count > 0)
        gathered.push({
          event: 'more',
          time: new Date(now).toISOString(),
          of: event,
          count,
          notices: held,
        });
    }
    return gathered;
  }
}
