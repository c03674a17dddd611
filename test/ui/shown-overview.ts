import type { OverviewAnswer } from '../../src/dashboard/overview.js';
import type { SeenDecision } from '../../src/dashboard/seen-decisions.js';
import { RULES } from '../../src/domain/rules.js';

const TIME = '2026-11-01T00:00:00.000Z';

/** A record with one text in every field that may be anybody's. */
export function recordOf(text: string): SeenDecision {
  return {
    id: text,
    time: TIME,
    request: text,
    client: text,
    forwarded: text,
    user: text,
    userAgent: text,
    method: text,
    status: 403,
    upstream: text,
    project: text,
    version: text,
    filename: text,
    sha256: text,
    bytes: 1,
    size: 1,
    complete: false,
    cache: text as 'hit',
    fetched: 1,
    verdict: 'block',
    pending: true,
    failure: text as 'internal',
    rule: text,
    reason: text,
    waiver: { owner: text, reason: text, expires: 0 },
    wheel: { filename: text },
    revision: text,
    page: { status: text },
  };
}

export function groupOf(text: string) {
  return {
    id: text,
    project: text,
    version: text,
    filename: text,
    rule: text,
    sha256: text,
    reason: text,
    refused: 1,
    wouldHave: 1,
    warned: 1,
    ahead: 1,
    first: TIME,
    last: TIME,
    users: [text, text],
    moreUsers: 1,
    requests: [recordOf(text)],
  };
}

/** All that an overview may say, with one text in every field, and as much of it as there may be. */
export function overviewOf(text: string, rules: readonly string[] = [text]): OverviewAnswer {
  const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
  const spoken = Object.fromEntries(rules.map((rule) => [rule, 1_000]));
  const group = groupOf(text);
  return {
    range: '30d',
    from: TIME,
    to: TIME,
    counted: { kind: 'counting', part: 0.4 },
    missing: (['lost', 'redis', 'silent', 'late', 'archive'] as const).flatMap((why) => [
      { replica: text, from: TIME, to: TIME, why, heard: TIME },
      { from: TIME, to: undefined, why },
    ]),
    step: 86_400_000,
    bars: times(30, {
      from: TIME,
      requests: 1,
      refused: spoken,
      wouldHave: spoken,
      warned: spoken,
    }),
    totals: {
      requests: 1e9,
      refused: 1e9,
      warned: 1e9,
      wouldHave: 1e9,
      failures: 1,
      cut: 1,
      hits: 1,
      misses: 1,
      hitRate: 0.5,
      served: 1e15,
      fetched: 1,
      saved: 1e15,
      decisions: {},
    },
    groups: times(10, { ...group, inRange: 1 }),
    newest: times(10, recordOf(text)),
    unresolved: times(50, group),
    projects: times(50, { project: text, first: TIME }),
    state: {
      policy: { revision: text, mode: 'dry-run', since: TIME, failing: true },
      feed: TIME,
      waivers: [{ rule: text, project: text, versions: text, owner: text, expires: TIME }],
      status: 'degraded',
      parts: {
        policy: { state: 'degraded', detail: text },
        [text]: { state: 'degraded', detail: text },
      },
    },
  };
}

export const ALL_RULES: readonly string[] = [...RULES, 'other'];
