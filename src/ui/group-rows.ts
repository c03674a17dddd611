import type { RefusedGroupShown } from '../dashboard/refusals.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import { shown } from './parts.js';
import { colourOf } from './rule-colours.js';
import { type UrlOf, whyPath } from './urls.js';

/** The part of a record or a group that names its file. */
interface NamedFile {
  readonly project: string;
  readonly version?: string | undefined;
  readonly filename: string;
}

/** A release, linked to the page with the reason for the refusal of its file. */
export function releaseLink({ project, version, filename }: NamedFile, urlOf: UrlOf): Html {
  const path = whyPath({ project, filename: filename.replace(/\.metadata$/, '') });
  return html`<a href="${urlOf(path)}">${shown(project)} ${version !== undefined && shown(version)}</a>`;
}

/** The same for a single file: each file of a release is refused separately. */
export function fileLink(file: NamedFile, urlOf: UrlOf): Html {
  return html`${releaseLink(file, urlOf)}<br><small>${shown(file.filename)}</small>`;
}

/** A rule's name in its colour of the chart. */
export function ruleName(rule: string | undefined): Html {
  if (rule === undefined) return html``;
  return html`<span class="named"><i class="dot ${colourOf(rule)}"></i>${shown(rule)}</span>`;
}

/** The reason of a rule, without the rule's name at the end. */
export function reasonOf({ reason, rule }: Pick<RefusedGroupShown, 'reason' | 'rule'>): Html {
  if (reason === undefined) return html``;
  const text = plainReason(reason, rule);
  return shown(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** Maximum length of a reason in a row; its page contains all of it. */
const LONGEST = 160;

/** The text for a refusal by a probe. */
export const AHEAD = 'refused before the first request';

/** The counts, with a word for those that are not refusals: marked by word and shape, never only by colour. */
export function timesOf({ refused, wouldHave, warned, ahead }: RefusedGroupShown): Html {
  const parts = [
    refused > 0 && html`<span class="word block">✖ ${counted(refused)} refused</span>`,
    wouldHave > 0 &&
      html`<span class="word warn">◆ ${counted(wouldHave)} would be (dry-run)</span>`,
    warned > 0 && html`<span class="word warn">▲ ${counted(warned)} warned</span>`,
    ahead > 0 && html`<span class="soft">◇ ${AHEAD}</span>`,
  ];
  return html`${parts.filter((part) => part !== false).map((part, at) => (at === 0 ? part : html`<br>${part}`))}`;
}

export function userCount({
  users,
  moreUsers,
}: Pick<RefusedGroupShown, 'users' | 'moreUsers'>): string {
  return counted(users.length + moreUsers);
}
