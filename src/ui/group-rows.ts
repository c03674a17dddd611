import type { RefusedGroupShown } from '../dashboard/refusals.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import { shown } from './parts.js';
import { colourOf } from './rule-colours.js';
import { type UrlOf, whyPath } from './urls.js';

/** What a record or a group names its file by. */
interface NamedFile {
  readonly project: string;
  readonly version?: string | undefined;
  readonly filename: string;
}

/** A release, linked to the page that says why its file is refused. */
export function releaseLink({ project, version, filename }: NamedFile, urlOf: UrlOf): Html {
  const path = whyPath({ project, filename: filename.replace(/\.metadata$/, '') });
  return html`<a href="${urlOf(path)}">${shown(project)} ${version !== undefined && shown(version)}</a>`;
}

/** The same, and which of its files: a release has several, and each is refused for itself. */
export function fileLink(file: NamedFile, urlOf: UrlOf): Html {
  return html`${releaseLink(file, urlOf)}<br><small>${shown(file.filename)}</small>`;
}

/** A rule's name with its colour in the chart. */
export function ruleName(rule: string | undefined): Html {
  if (rule === undefined) return html``;
  return html`<span class="named"><i class="dot ${colourOf(rule)}"></i>${shown(rule)}</span>`;
}

/** What a rule said, without its own name at the end. */
export function reasonOf({ reason, rule }: Pick<RefusedGroupShown, 'reason' | 'rule'>): Html {
  if (reason === undefined) return html``;
  const text = plainReason(reason, rule);
  return shown(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** So many characters of a reason stand in a row; its page has all of it. */
const LONGEST = 160;

/** What is said of a probe's refusal. */
export const AHEAD = 'refused before the first request';

/** How often, in words where it was not refused: by word and shape, never by colour alone. */
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
