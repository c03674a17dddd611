import type { OverviewAnswer } from '../dashboard/overview.js';
import { plural } from '../domain/plural.js';
import { ONLY_COUNTED } from '../messages/start.js';
import { percent, spanOf } from './amounts.js';
import { counted as written } from './evidence.js';
import { type Html, html } from './html.js';
import { shown, time } from './parts.js';
import type { UrlOf } from './urls.js';

/** The state of the service: problems first, beginning with a rejected policy edit. */
export function stateLine({ state, counted, missing, to }: OverviewAnswer, urlOf: UrlOf): Html {
  const { policy, feed, parts } = state;
  const now = Date.parse(to);
  const { policy: edit, ...others } = parts;
  const troubles = Object.entries(others).filter(([, { state: how }]) => how !== 'ok');
  const log = parts['decision-log'];
  return html`<ul class="state ${troubles.length === 0 && !policy.failing ? 'allow' : 'block'}">
${
  policy.failing &&
  html`<li class="word block"><strong>✖ A policy edit was rejected</strong>: ${shown(edit?.detail ?? 'it is invalid')}. <a href="${urlOf(['policy'])}">Errors</a></li>`
}
${troubles.map(
  ([part, { state: how, detail = how }]) =>
    html`<li class="word warn"><strong>▲ ${part}</strong>: ${shown(detail)}</li>`,
)}
${policy.mode === 'dry-run' && html`<li class="word warn"><strong>◆ mode: dry-run</strong>: ${ONLY_COUNTED}</li>`}
<li>Policy <a href="${urlOf(['policy'])}"><code>${policy.revision}</code></a>, in force since ${time(policy.since)}</li>
${feedLine(feed, parts['malware-feed'], now)}
${replicas(state, urlOf)}
<li>${log === undefined || log.state === 'ok' ? 'Decision log: ok' : html`<strong>Decision log: failing</strong>`}</li>
${missingLines(missing)}
${counted.kind === 'counting' && html`<li class="word warn">▲ Counting the decision log: ${percent(counted.part)}</li>`}
${counted.kind === 'failed' && html`<li class="word warn">▲ The decision log could not be counted completely: these numbers are too low</li>`}
</ul>`;
}

/** A configured but unavailable feed is among the problems. */
function feedLine(
  feed: string | undefined,
  part: OverviewAnswer['state']['parts'][string] | undefined,
  now: number,
): Html {
  if (feed !== undefined) return html`<li>Malware feed ${spanOf(now - Date.parse(feed))} old</li>`;
  return part === undefined || part.state === 'ok' ? html`<li>No malware feed</li>` : html``;
}

/** The number of replicas, if there are several. */
function replicas({ replicas: all, replicasAsOf }: OverviewAnswer['state'], urlOf: UrlOf): Html {
  if (all === undefined) return html``;
  const silent = all.filter(({ state }) => state === 'silent').length;
  const there = all.length - silent;
  return html`<li><a href="${urlOf(['health'])}#replicas">${written(there)} ${plural(there, 'replica')}</a>${replicasAsOf !== undefined && html`, as last known at ${time(replicasAsOf)}`}${silent > 0 && html`, <strong>${written(silent)} silent</strong>`}</li>`;
}

type Missing = OverviewAnswer['missing'][number];

/** Maximum number of listed replicas per reason. */
const MOST_NAMED = 10;

/** Decisions that the numbers do not include. */
function missingLines(missing: readonly Missing[]): Html {
  const because = (reason: Missing['why']) => missing.filter(({ why }) => why === reason);
  const unheard = because('redis');
  const since = unheard.find(({ replica }) => replica === undefined)?.from;
  const named = unheard.filter(({ replica }) => replica !== undefined);
  return html`${
    unheard.length > 0 &&
    html`<li class="word warn">▲ <strong>Redis has not responded${since !== undefined && html` since ${time(since)}`}</strong>. Not counted: decisions of ${listed(named, lastHeard)}${named.length > 0 && ' and of '}replicas started since then</li>`
  }${lines(because('silent'), 'Silent, decisions not counted', lastHeard)}${lines(because('late'), 'Not confirmed yet, decisions may not be counted', sinceWhen)}${lines([...because('lost'), ...because('archive')], 'Not counted: decisions', between)}`;
}

function lines(missing: readonly Missing[], what: string, say: (one: Missing) => Html): Html {
  return html`${missing.length > 0 && html`<li class="word warn">▲ ${what}: ${listed(missing, say)}</li>`}`;
}

function listed(missing: readonly Missing[], say: (one: Missing) => Html): Html {
  const more = missing.length - MOST_NAMED;
  return html`${missing
    .slice(0, MOST_NAMED)
    .map(
      (one, index) => html`${index > 0 && ', '}${say(one)}`,
    )}${more > 0 && ` and ${written(more)} more`}`;
}

function lastHeard({ replica = 'other replicas', heard }: Missing): Html {
  return html`${shown(replica)}${heard !== undefined && html` (last seen ${time(heard, 'seconds')})`}`;
}

function sinceWhen({ replica = 'other replicas', from }: Missing): Html {
  return html`${shown(replica)}${from !== undefined && html` since ${time(from)}`}`;
}

function between({ replica = 'other replicas', from, to }: Missing): Html {
  return html`of ${shown(replica)}${from !== undefined && html` since ${time(from)}`}${to !== undefined && html` until ${time(to)}`}`;
}
