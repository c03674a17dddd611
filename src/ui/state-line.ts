import type { OverviewAnswer } from '../dashboard/overview.js';
import { percent, spanOf } from './amounts.js';
import { counted as written } from './evidence.js';
import { type Html, html } from './html.js';
import { shown, time } from './parts.js';
import type { UrlOf } from './urls.js';

/** How the service is: what is wrong first, an edit that was not taken over before all. */
export function stateLine({ state, counted, missing, to }: OverviewAnswer, urlOf: UrlOf): Html {
  const { policy, feed, parts } = state;
  const now = Date.parse(to);
  const { policy: edit, ...others } = parts;
  const troubles = Object.entries(others).filter(([, { state: how }]) => how !== 'ok');
  const log = parts['decision-log'];
  return html`<ul class="state ${troubles.length === 0 && !policy.failing ? 'allow' : 'block'}">
${
  policy.failing &&
  html`<li class="word block"><strong>✖ An edit of the policy was not taken over</strong>: ${shown(edit?.detail ?? 'it does not validate')}. <a href="${urlOf(['policy'])}">What is wrong with it</a></li>`
}
${troubles.map(
  ([part, { state: how, detail = how }]) =>
    html`<li class="word warn"><strong>▲ ${part}</strong>: ${shown(detail)}</li>`,
)}
${policy.mode === 'dry-run' && html`<li class="word warn"><strong>◆ mode: dry-run</strong>: nothing is refused, what would be is counted</li>`}
<li>Policy <a href="${urlOf(['policy'])}"><code>${policy.revision}</code></a>, in force for ${spanOf(now - Date.parse(policy.since))}, since ${time(policy.since)}</li>
<li>${feed === undefined ? 'No malware feed' : html`Malware feed ${spanOf(now - Date.parse(feed))} old`}</li>
${replicas(state.replicas, urlOf)}
<li>${log === undefined || log.state === 'ok' ? 'Decision log is written' : html`<strong>Decision log is not written</strong>`}</li>
${missing.map(
  ({ replica, from, to }) =>
    html`<li class="word warn">▲ Not counted: decisions of ${shown(replica)}${from !== undefined && html` since ${time(from)}`}${to !== undefined && html` until ${time(to)}`}</li>`,
)}
${counted.kind === 'counting' && html`<li class="word warn">▲ The log is being counted: ${percent(counted.part)}</li>`}
${counted.kind === 'failed' && html`<li class="word warn">▲ The log could not be counted to its end: these numbers are too small</li>`}
</ul>`;
}

/** How many there are, where this one is not alone. */
function replicas(all: OverviewAnswer['state']['replicas'], urlOf: UrlOf): Html {
  if (all === undefined) return html``;
  const there = all.filter(({ state }) => state !== 'silent').length;
  const silent = all.length - there;
  return html`<li><a href="${urlOf(['health'])}#replicas">${written(there)} ${there === 1 ? 'replica' : 'replicas'}</a>${silent > 0 && html`, <strong>${written(silent)} silent</strong>`}</li>`;
}
