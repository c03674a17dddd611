import { isAhead, type SeenDecision } from '../dashboard/seen-decisions.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import { AHEAD } from './group-rows.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { agent, shown, table, time } from './parts.js';
import { type UrlOf, whyPath } from './urls.js';

const ANSWERS = { block: '✖ refused', warn: '▲ warned', allow: '✔ allowed' } as const;

/**
 * Live decisions. The script requests this page again whenever there is a new one, and replaces its rows.
 * @param decisions newest first
 */
export function livePage(
  decisions: readonly SeenDecision[],
  seesIdentities: boolean,
  urlOf: UrlOf,
): Page {
  const who = seesIdentities ? ['User', 'Client', 'Agent'] : [];
  return {
    title: 'Live',
    place: 'live',
    main: html`<h1>Live</h1>
<p>The latest decisions, newest first. <a href="${urlOf(['live'])}">Refresh</a></p>
<div data-live="${urlOf(['api', 'v1', 'live'])}">
${table(
  'Decisions, newest first',
  ['Time', 'Answer', 'File', 'Why', ...who],
  decisions.map((decision) => row(decision, seesIdentities, urlOf)),
)}
</div>`,
  };
}

function row(decision: SeenDecision, seesIdentities: boolean, urlOf: UrlOf): Html {
  const { id, verdict, wouldBlock, status, rule, reason, project, version, filename } = decision;
  const { user, client, forwarded, userAgent } = decision;
  const path = whyPath({ project, filename: filename.replace(/\.metadata$/, '') });
  return html`<tr id="${id}"><th scope="row">${time(decision.time, 'seconds')}</th>
<td>${isAhead(decision) ? html`<span class="soft">◇ ${AHEAD}</span>` : html`<span class="word ${wouldBlock ? 'warn' : verdict}">${wouldBlock ? '▲ dry-run' : ANSWERS[verdict]}</span> ${status}`}</td>
<td><a href="${urlOf(path)}">${shown(filename || `${project} ${version ?? ''}`)}</a></td>
<td>${rule !== undefined && html`<code>${rule}</code>`}${reason !== undefined && html`: ${shown(plainReason(reason, rule))}`}</td>
${
  seesIdentities &&
  html`<td>${shown(user ?? '')}</td><td>${shown(forwarded ?? client ?? '')}</td><td>${agent(userAgent ?? '')}</td>`
}</tr>
`;
}
