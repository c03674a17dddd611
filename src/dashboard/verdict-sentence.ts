import { expiryText } from '../domain/expiry-text.js';
import { clause, sentence } from '../domain/sentence.js';
import type { Explanation } from '../verdicts/explain-verdict.js';

/** A verdict as one reads it: a word, and the rest of the sentence. */
export interface Sentence {
  readonly word: 'Refused' | 'Allowed' | 'Not refused so far';
  readonly rest: string;
}

/** Formats a verdict as one sentence. @param hit the match of a rule in dry-run mode, if there is one */
export function sentenceOf(
  { verdict, rule, reason, waiver, lifted, inspected, findings }: Explanation,
  dryRun: { readonly rule: string; readonly reason: string } | undefined,
): Sentence {
  const why = sentence(`by the rule ${rule}: ${plainReason(reason, rule)}`);
  if (verdict === 'block') return { word: 'Refused', rest: why };
  if (dryRun !== undefined)
    return {
      word: 'Allowed',
      rest: sentence(
        `in dry-run; otherwise refused by the rule ${dryRun.rule}: ${plainReason(dryRun.reason, dryRun.rule)}`,
      ),
    };
  if (verdict === 'warn') return { word: 'Allowed', rest: `with a warning ${why}` };
  if (waiver !== undefined)
    return {
      word: 'Allowed',
      rest: `by a waiver until ${expiryText(waiver.expires)} (${waiver.owner}: ${waiver.reason}); otherwise refused ${why}`,
    };
  if (lifted) return { word: inspected ? 'Allowed' : 'Not refused so far', rest: `${why}` };
  const [first] = findings;
  // A known-good hook is no match of a rule; that nothing was found would be wrong.
  if (inspected && first !== undefined)
    return {
      word: 'Allowed',
      rest: `because the policy permits its findings: ${plainReason(first.detail, undefined)} (${first.code}${findings.length > 1 ? `, and ${findings.length - 1} more` : ''}). Its known-good start-up hooks or the settings of the rule permit it.`,
    };
  return inspected
    ? { word: 'Allowed', rest: 'because no rule applies.' }
    : { word: 'Not refused so far', rest: ': it has not been inspected yet.' };
}

/** Reasons end with the name of their rule, for clients that show nothing else. */
export function plainReason(reason: string | undefined, rule: string | undefined): string {
  const ending = ` (${rule})`;
  const text = reason?.endsWith(ending) ? reason.slice(0, -ending.length) : reason;
  return clause(text ?? 'refused by policy');
}
