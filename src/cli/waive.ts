import { expiryText } from '../domain/expiry-text.js';
import { counted } from '../domain/plural.js';
import { isSettable, SETTABLE_RULES } from '../domain/rules.js';
import { usualExpiry } from '../policy/how-to-waive.js';
import { DAY, expiry, oneLine } from '../policy/terms.js';
import { reachOf } from '../policy/waivers.js';
import { canAsk, filled, mustHaveText } from './ask-person.js';
import { EXIT, type Output, UsageError } from './output.js';
import { openPolicyEdit, type PolicyEdit } from './policy-edit.js';
import { putEntry } from './put-entry.js';
import { findRefusals, type Refusals, type Refused } from './refusal.js';

export interface WaiveOptions {
  readonly rule?: string;
  readonly owner?: string;
  readonly reason?: string;
  /** A day, or an instant. */
  readonly expires?: string;
  /** The policy file to write into. */
  readonly write?: string;
  readonly server?: string;
}

/** `wheelgate waive`: prints, or writes, the waiver that lifts the rule by which a release is refused. */
export async function runWaive(what: string, options: WaiveOptions, out: Output): Promise<number> {
  const now = Date.now();
  const given = options.expires === undefined ? undefined : instantOf(options.expires, now);
  mustHaveText({ '--owner': options.owner, '--reason': options.reason });
  mustBeSettable(options.rule);
  const edit = options.write === undefined ? undefined : await openPolicyEdit(options.write, now);
  const refusals = await findRefusals(what, { server: options.server }, out);
  const refused = chosen(refusals, options.rule);
  const { rule, version } = refused;
  const waiverMax = Math.min(edit?.meaning?.waiverMax ?? Infinity, refusals.waiverMax);
  const reach = reachOf(waiverMax);
  if (given !== undefined && given > now + reach)
    throw new UsageError(
      `--expires is limited by waiver-max to ${counted(waiverMax / DAY, 'day')} from now`,
    );
  const versions = `==${version}`;
  const same = sameWaiver(edit, { rule, project: refusals.project, versions }, given ?? now + 1);
  if (same !== undefined) {
    out.line(
      `nothing to do: ${rule} is waived for ${refusals.project} ${versions} until ${expiryText(same.expires)} by ${same.owner}`,
    );
    return EXIT.fine;
  }
  const usual = usualExpiry(now, waiverMax);
  const [owner, reason, expires] = await answers(options, usual);
  if (!expiry().safeParse(expires).success || instantOf(expires!, now) > now + reach)
    throw new UsageError(`--expires: not ${expires}`);
  const entry = {
    list: 'waivers',
    comments: [oneLine(refused.reason)],
    value: {
      rule,
      project: refusals.project,
      versions,
      reason: oneLine(reason!),
      owner: oneLine(owner!),
      expires: expires!,
    },
  };
  await putEntry(entry, edit, options.write, out);
  const others = new Set(refusals.files.map((one) => one.rule).filter((one) => one !== rule));
  if (others.size > 0)
    out.problem(
      `still refused by ${[...others].join(', ')}: each rule needs a separate waiver (--rule)`,
    );
  return EXIT.fine;
}

function mustBeSettable(rule: string | undefined): void {
  if (rule !== undefined && !SETTABLE_RULES.some((known) => known === rule))
    throw new UsageError(`--rule: no waiver lifts ${rule}; rules are ${SETTABLE_RULES.join(', ')}`);
}

/** The refusal that is meant: the strongest of the first file, or that of a rule which was named. */
function chosen({ files }: Refusals, rule: string | undefined): Refused {
  const fixed = files.find((one) => !isSettable(one.rule));
  if (fixed !== undefined)
    throw new UsageError(
      `the rule ${fixed.rule} cannot be waived: ${fixed.reason}. If this change can be waived, the page of the file has the waiver`,
    );
  const refused = rule === undefined ? files[0] : files.find((one) => one.rule === rule);
  if (refused !== undefined) return refused;
  const others = [...new Set(files.map((one) => one.rule))].join(', ');
  throw new UsageError(`the rule ${rule} does not refuse it, but ${others} does`);
}

function sameWaiver(
  edit: PolicyEdit | undefined,
  {
    rule,
    project,
    versions,
  }: { readonly rule: string; readonly project: string; readonly versions: string },
  until: number,
) {
  return edit?.meaning?.waivers.find(
    (one) =>
      one.rule === rule &&
      one.project === project &&
      one.versions === versions &&
      one.expires >= until,
  );
}

function answers({ owner, reason, expires }: WaiveOptions, usual: string): Promise<string[]> {
  return filled([
    { value: owner, option: '--owner', text: 'Owner' },
    { value: reason, option: '--reason', text: 'Reason' },
    {
      value: expires ?? (canAsk() ? undefined : usual),
      option: '--expires',
      text: 'Until',
      usual,
    },
  ]);
}

function instantOf(text: string, now: number): number {
  const parsed = expiry().safeParse(text);
  if (!parsed.success)
    throw new UsageError(
      `--expires requires a date such as 2026-12-01 or a time such as 2026-12-01T18:00Z, not ${text}`,
    );
  if (parsed.data <= now) throw new UsageError(`--expires is in the past: ${text}`);
  return parsed.data;
}
