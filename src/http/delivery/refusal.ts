import type { ServerResponse } from 'node:http';
import { clause, sentence } from '../../domain/sentence.js';
import type { Subject } from '../../domain/subject.js';
import type { Verdict } from '../../domain/verdict.js';
import { reasonPhrase, sendProblem } from '../problem.js';

/** The status of a refusal. */
export const REFUSED = 403;

/** Where a refused client is told to go. */
export interface WhereToGo {
  /** Where to ask for a waiver, as the configuration gives it. */
  readonly contact: string | undefined;
  /** The page that says why. */
  readonly more: string | undefined;
}

/**
 * Answers 403 for a refused file. pip prints the reason phrase and nothing else; uv prints the problem
 * document's `title` and `detail`. Both therefore name the rule and the reason, and end in the link.
 */
export function sendRefusal(
  res: ServerResponse,
  subject: Subject,
  verdict: Verdict,
  { contact, more }: WhereToGo,
): void {
  const hit = verdict.decisive;
  const rule = hit?.rule ?? 'policy';
  const reason = hit?.reason ?? 'refused by policy';
  const why = hit?.reference === undefined ? reason : `${clause(reason)} (${hit.reference})`;
  const until = hit?.until === undefined ? undefined : new Date(hit.until).toISOString();
  const ask = contact === undefined ? '' : ` To ask for a waiver: ${sentence(contact)}`;
  const see = more === undefined ? '' : ` See ${more}`;
  sendProblem(
    res,
    REFUSED,
    {
      type: `urn:wheelgate:refused:${rule}`,
      title: `Wheelgate refused ${subject.filename}`,
      detail: `${sentence(why)}${ask}${see}`,
      rule,
      reason,
      reference: hit?.reference,
      until,
      contact,
      more,
      project: subject.project,
      version: subject.version,
      filename: subject.filename,
      sha256: subject.sha256,
      policy: verdict.revision,
      also: verdict.hits
        .filter((other) => other !== hit && other.action === 'block' && other.waiver === undefined)
        .map((other) => ({ rule: other.rule, reason: other.reason })),
    },
    phraseOf(`Refused by Wheelgate: ${clause(why)}`, ask, see),
  );
}

/** One line of the sentences. The last of them has no full stop: pip goes on with `for url: …`. */
function phraseOf(why: string, ask: string, see: string): string {
  if (ask === '' && see === '') return reasonPhrase(why);
  const stop = sentence(why).slice(why.length);
  return reasonPhrase(why, `${stop}${see === '' ? clause(ask) : ask}`, see);
}
