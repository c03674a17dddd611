import type { ServerResponse } from 'node:http';
import { clause, sentence } from '../../domain/sentence.js';
import type { Subject } from '../../domain/subject.js';
import type { Verdict } from '../../domain/verdict.js';
import { askForWaiver, refusedPhrase, refusedTitle, seePage } from '../../messages/refusals.js';
import { reasonPhrase, sendProblem } from '../problem.js';

/** The status of a refusal. */
export const REFUSED = 403;

/** The references in a refusal. */
export interface WhereToGo {
  /** Contact for waiver requests, from the configuration. */
  readonly contact: string | undefined;
  /** The page with the reason. */
  readonly more: string | undefined;
}

/**
 * Sends 403 for a refused file. pip prints only the reason phrase; uv prints the problem document's `title` and
 * `detail`. Both therefore name the rule and the reason, and end with the link.
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
  const why =
    hit?.reference === undefined || reason.includes(hit.reference)
      ? reason
      : `${clause(reason)} (${hit.reference})`;
  const until = hit?.until === undefined ? undefined : new Date(hit.until).toISOString();
  const ask = contact === undefined ? '' : ` ${askForWaiver(sentence(contact))}`;
  const see = more === undefined ? '' : ` ${seePage(more)}`;
  sendProblem(
    res,
    REFUSED,
    {
      type: `urn:wheelgate:refused:${rule}`,
      title: refusedTitle(subject.filename),
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
    phraseOf(refusedPhrase(clause(why)), ask, see),
  );
}

/** The sentences on one line. The last has no full stop, because pip appends `for url: …`. */
function phraseOf(why: string, ask: string, see: string): string {
  if (ask === '' && see === '') return reasonPhrase(why);
  const stop = sentence(why).slice(why.length);
  return reasonPhrase(why, `${stop}${see === '' ? clause(ask) : ask}`, see);
}
