import type { LikeRequests, Refusal } from '../dashboard/refusal.js';
import { isAhead } from '../dashboard/seen-decisions.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import { plural } from '../domain/plural.js';
import { bytesOf } from './amounts.js';
import { counted } from './evidence.js';
import { findings } from './findings-list.js';
import { AHEAD, releaseLink, ruleName } from './group-rows.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { agent, expiry, facts, shown, table, time } from './parts.js';
import { type UrlOf, whyPath } from './urls.js';
import { advice, verdict, waived } from './why-page.js';

const WORDS = {
  block: ['✖', 'Refused'],
  warn: ['▲', 'Warned of'],
  allow: ['✔', 'Allowed'],
} as const;

/** One decision: the response at the time, the whole record, and the present verdict on its file. */
export function refusalPage(refusal: Refusal, urlOf: UrlOf): Page {
  const { decision, now } = refusal;
  const ahead = isAhead(decision);
  const { waiver } = decision;
  // Otherwise the decision is that of another rule than the waived one.
  const isByWaiver = waiver !== undefined && decision.verdict === 'allow' && !decision.wouldBlock;
  const [shape, word] = decision.wouldBlock ? ['◆', 'Allowed by dry-run'] : WORDS[decision.verdict];
  const level = decision.wouldBlock ? 'warn' : decision.verdict;
  return {
    title: `${nameOf(decision)}: ${word.toLowerCase()}`,
    place: 'refusals',
    main: html`<h1>${shown(nameOf(decision))}</h1>
<p class="verdict ${level}"><span class="word ${level}" aria-hidden="true">${shape}</span> <strong class="word ${level}">${word}</strong>${ahead && ' before the first request'} on ${time(decision.time)}${
      decision.rule !== undefined &&
      html`${isByWaiver ? '; otherwise refused' : ''} by the rule <strong>${decision.rule}</strong>: ${shown(plainReason(decision.reason, decision.rule))}`
    }${waiver && isByWaiver && html`, ${waived(waiver)}`}.</p>
${waiver && !isByWaiver && html`<p>${waiver.rule === undefined ? 'Another rule' : html`The rule <strong>${shown(waiver.rule)}</strong>`} is ${waived(waiver)}.</p>`}
${nowOf(refusal, urlOf)}
${now && advice(now)}
${now && findings(now, urlOf)}
${recorded(refusal, urlOf)}
${like(refusal, urlOf)}`,
  };
}

/** An OSV decision about a release has no file. */
function nameOf({ filename, project, version }: Refusal['decision']): string {
  return filename || `${project} ${version ?? ''}`;
}

function nowOf({ now, decision }: Refusal, urlOf: UrlOf): Html {
  if (now === undefined) return html``;
  const isSame = now.policy === decision.revision;
  return html`<h2>Current verdict</h2>
${verdict(now)}
<p>${
    isSame
      ? html`Same policy revision: <code>${now.policy}</code>.`
      : html`Policy revision: <a href="${urlOf(['policy'])}"><code>${now.policy}</code></a>; at the time: <code>${decision.revision}</code>.`
  } <a href="${urlOf(whyPath(now))}">Details of the file</a>.</p>`;
}

/** All fields of the record, with readable names. */
function recorded({ decision }: Refusal, urlOf: UrlOf): Html {
  const { id, waiver, wheel, page, sha256, size, fetched } = decision;
  const text = (value: string | undefined) => (value === undefined ? undefined : shown(value));
  const code = (value: string | undefined) =>
    value === undefined ? undefined : html`<code>${shown(value)}</code>`;
  const yes = (value: boolean | undefined) => (value === true ? 'yes' : undefined);
  return html`<h2>Decision record</h2>
${facts([
  ['Decision', html`<code>${id}</code>`],
  ['Time', time(decision.time)],
  ['Request', code(decision.request)],
  ['User', text(decision.user)],
  ['Client', text(decision.client)],
  ['Forwarded for', text(decision.forwarded)],
  ['Agent', text(decision.userAgent)],
  ['Method', text(decision.method)],
  ['Status', isAhead(decision) ? 'none: a probe' : String(decision.status)],
  ['Index', text(decision.upstream)],
  ['Release', releaseLink(decision, urlOf)],
  ['File', text(decision.filename || undefined)],
  ['sha256', code(sha256)],
  ['Size', size === undefined ? undefined : `${counted(size)} ${plural(size, 'byte')}`],
  ['Bytes sent', `${counted(decision.bytes)} (${decision.complete ? 'complete' : 'incomplete'})`],
  ['Came from', text(decision.cache)],
  ['Fetched from upstream', fetched === undefined ? undefined : bytesOf(fetched)],
  ['Verdict', decision.verdict],
  ['Dry-run refusal', yes(decision.wouldBlock)],
  ['Before the verdict on its bytes', yes(decision.pending)],
  ['Failure', text(decision.failure)],
  ['Rule', decision.rule === undefined ? undefined : ruleName(decision.rule)],
  ['Reason', text(decision.reason)],
  ['Refused with the wheel', text(wheel?.filename)],
  [
    'Waiver',
    waiver &&
      html`${waiver.rule !== undefined && html`${shown(waiver.rule)}, `}${shown(waiver.owner)}: ${shown(waiver.reason)}, until ${expiry(waiver.expires)}`,
  ],
  ['Policy', code(decision.revision)],
  ['Page facts', page && html`<code>${shown(JSON.stringify(page))}</code>`],
])}`;
}

function like({ decision: { id }, like: requests }: Refusal, urlOf: UrlOf): Html | undefined {
  if (requests === undefined) return undefined;
  return html`<h2>Similar requests</h2>
${requests.busy ? html`<p>Too many decision log searches are running. Try again in a few seconds.</p>` : requestTable(requests, id, urlOf)}`;
}

function requestTable(
  { items, next, searchedBackTo, gaps }: LikeRequests,
  id: string,
  urlOf: UrlOf,
): Html {
  const named = items.some(({ client }) => client !== undefined);
  const rows = items.map(
    (other) =>
      html`<tr><th scope="row">${other.id === id ? html`${time(other.time)} (this one)` : html`<a href="${urlOf(['refusals', other.id])}">${time(other.time)}</a>`}</th><td>${isAhead(other) ? AHEAD : html`${other.status} ${shown(other.method)}`}</td>${named && html`<td>${shown(other.user ?? '')}</td><td>${shown(other.forwarded ?? other.client ?? '')}</td><td>${agent(other.userAgent ?? '')}</td>`}</tr>`,
  );
  const who = named ? ['User', 'Client', 'Agent'] : [];
  return html`${items.length > 0 ? table('Same file and rule, newest first', ['Time', 'Answer', ...who], rows) : html`<p>No other requests.</p>`}
${gaps.length > 0 && html`<p class="word warn">▲ Part of the log could not be read: ${shown(gaps.join('; '))}.</p>`}
${searchedBackTo !== undefined && html`<p class="soft">Searched back to ${time(searchedBackTo)}.</p>`}
${next !== undefined && html`<p><a href="${urlOf(['refusals', id], { before: next })}">${searchedBackTo === undefined ? 'Earlier ones' : 'Continue'}</a></p>`}`;
}
