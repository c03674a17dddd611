import { expiryText } from '../domain/expiry-text.js';
import type { Explanation } from '../verdicts/explain-verdict.js';

/** A verdict as one reads it: a word, and the rest of the sentence. */
export interface Sentence {
  readonly word: 'Refused' | 'Allowed' | 'Not refused so far';
  readonly rest: string;
}

/** Says a verdict in one sentence. @param hit what a rule in dry-run would refuse for, where there is one */
export function sentenceOf(
  { verdict, rule, reason, waiver, lifted, inspected }: Explanation,
  dryRun: { readonly rule: string; readonly reason: string } | undefined,
): Sentence {
  const why = `by the rule ${rule}: ${plainReason(reason, rule)}.`;
  if (verdict === 'block') return { word: 'Refused', rest: why };
  if (dryRun !== undefined)
    return {
      word: 'Allowed',
      rest: `in dry-run; otherwise refused by the rule ${dryRun.rule}: ${plainReason(dryRun.reason, dryRun.rule)}.`,
    };
  if (verdict === 'warn') return { word: 'Allowed', rest: `with a warning ${why}` };
  if (waiver !== undefined)
    return {
      word: 'Allowed',
      rest: `by a waiver until ${expiryText(waiver.expires)} (${waiver.owner}: ${waiver.reason}); otherwise refused ${why}`,
    };
  if (lifted) return { word: inspected ? 'Allowed' : 'Not refused so far', rest: `${why}` };
  return inspected
    ? { word: 'Allowed', rest: 'because no rule applies.' }
    : { word: 'Not refused so far', rest: ': it has not been inspected yet.' };
}

/** Reasons name their rule at the end, for those who see nothing else. */
export function plainReason(reason: string | undefined, rule: string | undefined): string {
  const ending = ` (${rule})`;
  const text = reason?.endsWith(ending) ? reason.slice(0, -ending.length) : reason;
  return (text ?? 'refused by policy').replace(/\.$/, '');
}
