import { type OverviewAnswer, type OverviewRange, RANGES } from '../dashboard/overview.js';
import type { Reader } from '../dashboard/reader.js';
import { isAhead } from '../dashboard/seen-decisions.js';
import { bytesOf, percent } from './amounts.js';
import { barChart } from './bar-chart.js';
import { counted } from './evidence.js';
import { AHEAD, fileLink, reasonOf, ruleName, timesOf, userCount } from './group-rows.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { expiry, type Head, shown, table, time } from './parts.js';
import { stateLine } from './state-line.js';
import type { UrlOf } from './urls.js';

const SAID: Readonly<Record<OverviewRange, string>> = {
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};
/** Maximum number of rows of unresolved refusals, and of project names. */
const MOST_UNRESOLVED = 8;
const MOST_PROJECTS = 20;

/** Refusals by rule and over time, and service health. */
export function overviewPage(answer: OverviewAnswer, reader: Reader, urlOf: UrlOf): Page {
  const { range, bars, step } = answer;
  return {
    title: 'Overview',
    place: 'overview',
    tellsTroubles: true,
    main: html`<h1>${SAID[range]}</h1>
${stateLine(answer, urlOf)}
<nav aria-label="Range"><ul class="row">${RANGES.map(
      (one) =>
        html`<li><a href="${urlOf([], { range: one })}"${one === range && html` aria-current="page"`}>${SAID[one]}</a></li>`,
    )}</ul></nav>
${tiles(answer, urlOf)}
<h2>Refused by rule</h2>
${barChart(`Refused by rule, ${SAID[range].toLowerCase()}`, bars, step)}
${mostRefused(answer, urlOf)}
${newest(answer, reader, urlOf)}
${unresolved(answer, urlOf)}
${waivers(answer, urlOf)}
${projects(answer, urlOf)}`,
  };
}

function tiles({ totals, from }: OverviewAnswer, urlOf: UrlOf): Html {
  const { requests, refused, warned, wouldHave, hitRate, served, saved } = totals;
  const linked = (count: number, verdict: string) =>
    html`<a href="${urlOf(['refusals'], { verdict, since: from })}">${counted(count)}</a>`;
  const all: readonly (readonly [string, Html | string])[] = [
    ['requests', counted(requests)],
    ['refused', linked(refused, 'block')],
    ['warnings', linked(warned, 'warn')],
    ['dry-run refusals', linked(wouldHave, 'dry-run')],
    ['from the cache', hitRate === undefined ? '–' : percent(hitRate)],
    ['served', bytesOf(served)],
    ['upstream traffic saved', bytesOf(saved)],
  ];
  return html`<dl class="tiles">${all.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

type Group = OverviewAnswer['groups'][number];

const GROUP_HEADS: readonly Head[] = ['What', 'Rule', 'Why'];

function groupCells(group: Group | OverviewAnswer['unresolved'][number], urlOf: UrlOf): Html {
  return html`<th scope="row">${fileLink(group, urlOf)}</th><td>${ruleName(group.rule)}</td><td>${reasonOf(group)}</td>`;
}

function mostRefused({ groups, range }: OverviewAnswer, urlOf: UrlOf): Html {
  if (groups.length === 0) return html``;
  const rows = groups.map(
    (group) =>
      html`<tr>${groupCells(group, urlOf)}<td class="number">${counted(group.inRange)}</td><td class="number">${userCount(group)}</td><td><a href="${urlOf(['refusals', group.id])}">${time(group.last)}</a></td></tr>`,
  );
  return html`<h2>Most refused</h2>
${table(`Refused and warned files, ${SAID[range].toLowerCase()}`, [...GROUP_HEADS, { number: 'Times' }, { number: 'Users so far' }, 'Last'], rows)}
<p><a href="${urlOf(['refusals'])}">All refusals</a></p>`;
}

const WORDS = { block: '✖ refused', warn: '▲ warned', allow: '✔ allowed' } as const;

function newest({ newest: all }: OverviewAnswer, reader: Reader, urlOf: UrlOf): Html {
  if (all.length === 0) return html``;
  const rows = all.map((decision) => {
    const { id, verdict, wouldBlock, user, forwarded, client } = decision;
    const ahead = isAhead(decision);
    const word = ahead ? `◇ ${AHEAD}` : wouldBlock ? '◆ dry-run' : WORDS[verdict];
    const level = ahead ? 'soft' : wouldBlock ? 'warn' : verdict;
    return html`<tr><th scope="row">${fileLink(decision, urlOf)}</th><td>${ruleName(decision.rule)}</td><td><span class="${level === 'soft' ? level : `word ${level}`}">${word}</span></td>${reader.seesIdentities && html`<td>${shown(user ?? forwarded ?? client ?? '')}</td>`}<td><a href="${urlOf(['refusals', id])}">${time(decision.time)}</a></td></tr>`;
  });
  const who = reader.seesIdentities ? ['Who'] : [];
  return html`<h2>Latest</h2>
${table(reader.user === undefined || reader.seesIdentities ? 'Latest refusals and warnings' : 'Your latest refusals and warnings', ['What', 'Rule', 'Answer', ...who, 'When'], rows)}`;
}

function unresolved({ unresolved: all }: OverviewAnswer, urlOf: UrlOf): Html {
  if (all.length === 0) return html``;
  const rows = all
    .slice(0, MOST_UNRESOLVED)
    .map((group) => html`<tr>${groupCells(group, urlOf)}<td>${timesOf(group)}</td></tr>`);
  const more = all.length - rows.length;
  return html`<h2>Open refusals</h2>
<p class="soft">Refused within the last day by a rule that does not indicate malware, and not waived or denied since.</p>
${table('Refusals without a waiver or a denial', [...GROUP_HEADS, 'Times'], rows)}
${more > 0 && html`<p><a href="${urlOf(['refusals'], { verdict: 'block' })}">${counted(more)} more</a></p>`}`;
}

function waivers({ state }: OverviewAnswer, urlOf: UrlOf): Html {
  if (state.waivers.length === 0) return html``;
  const rows = state.waivers.map(
    ({ rule, project, versions, owner, expires }) =>
      html`<tr><th scope="row">${expiry(expires)}</th><td>${ruleName(rule)}</td><td><a href="${urlOf(['projects', project])}">${shown(project)}</a> ${shown(versions)}</td><td>${shown(owner)}</td></tr>`,
  );
  return html`<h2>Waivers that expire within 14 days</h2>
${table('Waivers, next to expire first', ['Ends', 'Rule', 'For', 'Owner'], rows)}`;
}

function projects({ projects: all }: OverviewAnswer, urlOf: UrlOf): Html {
  if (all.length === 0) return html``;
  const more = all.length - MOST_PROJECTS;
  return html`<h2>Projects first requested today</h2>
<ul class="row">${all
    .slice(0, MOST_PROJECTS)
    .map(
      ({ project }) =>
        html`<li><a href="${urlOf(['projects', project])}">${shown(project)}</a></li>`,
    )}${more > 0 && html`<li>and ${counted(more)} more</li>`}</ul>`;
}
