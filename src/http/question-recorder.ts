import type { IncomingMessage } from 'node:http';
import type { DecisionLog } from '../decisions/log.js';
import { MOST_ASKED } from '../decisions/record.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Advisory } from '../osv/advisory.js';
import type { Question } from '../osv/question.js';
import { askedOf } from './asked.js';
import type { IdentifyClient } from './client.js';

export interface QuestionRecorderParts {
  readonly log: DecisionLog;
  readonly identify: IdentifyClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of the policy. */
  readonly revision: () => string;
  /** The name of the upstream that a project would be asked of. */
  readonly upstreamOf: (project: ProjectName) => string;
}

/**
 * Writes down who asked about which releases, as one record, and each release that was named to them as a decision. Neither
 * is a download.
 */
export class QuestionRecorder {
  readonly #parts: QuestionRecorderParts;

  constructor(parts: QuestionRecorderParts) {
    this.#parts = parts;
  }

  /** Resolves when all of it is in the log. @param told to this client */
  async record(
    req: IncomingMessage,
    questions: readonly (Question | undefined)[],
    told: readonly Advisory[],
  ): Promise<void> {
    const { log, identify, now } = this.#parts;
    const { address, forwarded, user, userAgent } = identify(req);
    const who = {
      time: new Date(now()).toISOString(),
      request: askedOf(req)?.id,
      client: address,
      forwarded,
      user,
      userAgent,
      method: 'OSV',
    } as const;
    const { asked, releases } = releasesOf(questions);
    const written = [log.append({ event: 'query', ...who, asked, releases })];
    for (const advisory of told) written.push(log.append({ ...who, ...this.#decision(advisory) }));
    await Promise.all(written);
  }

  #decision(advisory: Advisory) {
    const { hit, project, version } = advisory;
    const file = advisory.kind === 'policy' ? advisory.file : undefined;
    return {
      status: 200,
      upstream: this.#parts.upstreamOf(project),
      project,
      version,
      filename: file?.filename ?? '',
      sha256: file?.sha256,
      bytes: 0,
      complete: false,
      verdict: 'block',
      rule: hit.rule,
      reason: hit.reason,
      revision: this.#parts.revision(),
    } as const;
  }
}

/** Distinct releases, up to the limit of one record. */
function releasesOf(questions: readonly (Question | undefined)[]): {
  readonly asked: number;
  readonly releases: Readonly<Record<string, readonly string[]>>;
} {
  const releases = new Map<string, Set<string>>();
  const seen = new Set<string>();
  for (const question of questions) {
    if (question?.version === undefined) continue;
    const { project, version } = question;
    if (seen.size < MOST_ASKED) {
      const versions = releases.get(project) ?? new Set();
      releases.set(project, versions.add(version));
    }
    seen.add(`${project} ${version}`);
  }
  const entries = [...releases].map(([project, versions]) => [project, [...versions]] as const);
  return { asked: seen.size, releases: Object.fromEntries(entries) };
}
