import type { Reader } from '../dashboard/reader.js';
import { type RefusalsAnswer, type RefusalsQuestion, SORTS } from '../dashboard/refusals.js';
import { isAhead } from '../dashboard/seen-decisions.js';
import { plural } from '../domain/plural.js';
import { RULES } from '../domain/rules.js';
import { percent } from './amounts.js';
import { counted } from './evidence.js';
import { AHEAD, fileLink, reasonOf, ruleName, timesOf, userCount } from './group-rows.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { agent, shown, table, time } from './parts.js';
import type { UrlOf } from './urls.js';

type Group = RefusalsAnswer['items'][number];

const VERDICTS = [
  ['block', 'refused'],
  ['warn', 'warned of'],
  ['dry-run', 'would be refused (dry-run)'],
] as const;
const SORTED = {
  newest: 'newest first',
  most: 'most requests first',
  users: 'most users first',
} as const;

/** Refusals as groups, with a form to filter them. */
export function refusalsPage(
  answer: RefusalsAnswer,
  question: RefusalsQuestion,
  reader: Reader,
  urlOf: UrlOf,
): Page {
  const isOwn = reader.user !== undefined && !reader.seesIdentities;
  return {
    title: 'Refusals',
    place: 'refusals',
    main: html`<h1>Refusals</h1>
${isOwn && html`<p class="soft">Only your own refusals are shown. The admin role sees all.</p>`}
${form(question, reader, urlOf)}
${facets(answer, question, urlOf)}
${answer.counted.kind === 'counting' && html`<p class="word warn">▲ Counting the decision log: ${percent(answer.counted.part)} counted.</p>`}
${groups(answer, reader, urlOf)}
${pages(answer, question, urlOf)}`,
  };
}

/** The query of a page with one changed parameter. */
function queryOf(
  { filter, sort }: RefusalsQuestion,
  other: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  const { rule, project, user, verdict, since, until, text } = filter;
  return {
    rule,
    project,
    user,
    verdict,
    since: instant(since),
    until: instant(until),
    q: text,
    sort: sort === 'newest' ? undefined : sort,
    ...other,
  };
}

/** As a day if it is one, in the form's format. */
function instant(time: number | undefined): string | undefined {
  return time === undefined
    ? undefined
    : new Date(time).toISOString().replace(/T00:00:00\.000Z$/, '');
}

function form({ filter, sort }: RefusalsQuestion, reader: Reader, urlOf: UrlOf): Html {
  const { rule, project, user, verdict, since, until, text } = filter;
  const chosen = (is: boolean) => is && html` selected`;
  const day = (name: string, label: string, value: string | undefined) => html`
<p><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${value === undefined || value.length === 10 ? 'date' : 'text'}" value="${value}"></p>`;
  return html`<form class="filter" method="get" action="${urlOf(['refusals'])}">
<p><label for="rule">Rule</label><select id="rule" name="rule"><option value="">any</option>${RULES.map((one) => html`<option${chosen(one === rule)}>${one}</option>`)}</select></p>
<p><label for="verdict">Verdict</label><select id="verdict" name="verdict"><option value="">any</option>${VERDICTS.map(([value, word]) => html`<option value="${value}"${chosen(value === verdict)}>${word}</option>`)}</select></p>
<p><label for="project">Project</label><input id="project" name="project" value="${project}"></p>
${reader.seesIdentities && html`<p><label for="user">User</label><input id="user" name="user" value="${user}"></p>`}
<p><label for="q">Text</label><input id="q" name="q" type="search" value="${text}"></p>
${day('since', 'From (UTC)', instant(since))}
${day('until', 'Before (UTC)', instant(until))}
<p><label for="sort">Order</label><select id="sort" name="sort">${SORTS.map((one) => html`<option value="${one}"${chosen(one === sort)}>${SORTED[one]}</option>`)}</select></p>
<p><button type="submit">Show</button> <a href="${urlOf(['refusals'])}">Clear filters</a></p>
</form>`;
}

/** The number of hits per rule, as links. */
function facets(
  { rules }: RefusalsAnswer,
  question: RefusalsQuestion,
  urlOf: UrlOf,
): Html | undefined {
  const all = Object.entries(rules).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return undefined;
  const { rule: chosen } = question.filter;
  const link = (rule: string | undefined, content: Html) =>
    html`<li><a href="${urlOf(['refusals'], queryOf(question, { rule }))}"${rule === chosen && html` aria-current="true"`}>${content}</a></li>`;
  return html`<nav aria-label="Rules"><ul class="row">${link(undefined, html`all rules`)}${all.map(
    ([rule, count]) => link(rule, html`${ruleName(rule)} <strong>${counted(count)}</strong>`),
  )}</ul></nav>`;
}

const HEADS = ['What', 'Rule', 'Why', 'How often', { number: 'Users' }, 'Last'] as const;

function groups({ items }: RefusalsAnswer, reader: Reader, urlOf: UrlOf): Html {
  if (items.length === 0) return html`<p>No refusals match.</p>`;
  return table(
    'Refusals: one row per file and rule, with its requests',
    HEADS,
    items.map((group) => row(group, reader, urlOf)),
  );
}

function row(group: Group, reader: Reader, urlOf: UrlOf): Html {
  return html`<tr class="group"><th scope="row">${fileLink(group, urlOf)}</th><td>${ruleName(group.rule)}</td><td>${reasonOf(group)}</td><td>${timesOf(group)}</td><td class="number">${userCount(group)}</td><td><a href="${urlOf(['refusals', group.id])}">${time(group.last)}</a></td></tr>
<tr><td colspan="6">${requests(group, reader, urlOf)}</td></tr>`;
}

/** The newest requests of a group. */
function requests(group: Group, reader: Reader, urlOf: UrlOf): Html {
  const { requests: all = [], refused, wouldHave, warned, first } = group;
  const total = refused + wouldHave + warned;
  const label = `${all.length === 0 ? 'No' : counted(all.length)} of ${counted(total)} ${plural(total, 'request')} for ${group.filename}`;
  const users = group.users.map((user, at) => html`${at > 0 && ', '}${shown(user)}`);
  if (total === 0)
    return html`<p class="soft">No requests. A probe refused it at ${time(first)}.</p>`;
  return html`<details><summary>${counted(total)} ${plural(total, 'request')} since ${time(first)}</summary>
${group.users.length > 0 && html`<p>Of ${users}${group.moreUsers > 0 && html` and ${counted(group.moreUsers)} more`}.</p>`}
${
  all.length === 0
    ? html`<p class="soft">No requests in memory. Start from the <a href="${urlOf(['refusals', group.id])}">latest one</a>.</p>`
    : html`<ul class="plain">${all.map((request) => html`<li><a href="${urlOf(['refusals', request.id])}">${time(request.time)}</a> ${isAhead(request) ? AHEAD : html`${request.status} ${request.method}`}${reader.seesIdentities && html` ${shown(request.user ?? '')} ${shown(request.forwarded ?? request.client ?? '')} <span class="soft">${agent(request.userAgent ?? '')}</span>`}</li>`)}</ul>
<p class="soft">${label}${all.length < total && html`; <a href="${urlOf(['refusals', group.id])}">more</a>`}.</p>`
}</details>`;
}

function pages(answer: RefusalsAnswer, question: RefusalsQuestion, urlOf: UrlOf): Html {
  const { next, searchedBackTo, gaps } = answer;
  const turned = (format: string) =>
    urlOf(['api', 'v1', 'refusals'], queryOf(question, { before: question.before, format }));
  return html`${gaps.length > 0 && html`<p class="word warn">▲ Part of the log could not be read: ${shown(gaps.join('; '))}.</p>`}
${searchedBackTo !== undefined && html`<p class="soft">Searched back to ${time(searchedBackTo)}${next !== undefined && '; the next page continues from there'}.</p>`}
<ul class="row">
${question.before !== undefined && html`<li><a href="${urlOf(['refusals'], queryOf(question))}">First page</a></li>`}
${next !== undefined && html`<li><a rel="next" href="${urlOf(['refusals'], queryOf(question, { before: next }))}">${searchedBackTo !== undefined ? 'Continue' : 'Next page'}</a></li>`}
<li><a href="${turned('csv')}">As CSV</a></li><li><a href="${turned('json')}">As JSON</a></li>
</ul>`;
}
