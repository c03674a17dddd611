import type { AttestationState } from '../dashboard/attestation-state.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import type { JudgedNow, Why } from '../dashboard/why.js';
import type { Signing } from '../domain/attestation.js';
import { clause } from '../domain/sentence.js';
import { counted } from './evidence.js';
import { findings } from './findings-list.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { agent, block, expiry, facts, shown, table, time } from './parts.js';
import { contactLink, reference, type UrlOf, whyPath } from './urls.js';

/** Says of one file why it is refused, or that it is not, what to do, and what was found. */
export function whyPage(why: Why, urlOf: UrlOf): Page {
  return {
    title: `${why.filename}: ${why.said.word.toLowerCase()}`,
    place: undefined,
    main: html`<h1>${shown(why.filename)}</h1>
${changed(why)}
${verdict(why)}
${advice(why)}
${findings(why, urlOf)}
<h2>Attestation</h2>
<p>${attestation(why.attestation)}</p>
${fileFacts(why)}
${history(why, urlOf)}`,
  };
}

/** A link in an old message means the bytes of that time. */
function changed({ changedFrom, sha256 }: Why): Html | undefined {
  if (changedFrom === undefined) return undefined;
  return html`<p class="verdict warn"><strong class="word warn">▲ The file has changed since.</strong>
The link names an earlier artifact of this name, with the SHA-256 <code>${changedFrom}</code>. This page describes the artifact with the SHA-256 <code>${sha256}</code>.</p>`;
}

const SHAPES = { block: '✖', warn: '▲', allow: '✔' } as const;

/** A verdict in a sentence, and what else is said. */
export function verdict(why: JudgedNow): Html {
  const { said, absence, also } = why;
  const rest = said.rest.startsWith(':') ? said.rest : ` ${said.rest}`;
  return html`<p class="verdict ${why.verdict}"><span class="word ${why.verdict}" aria-hidden="true">${SHAPES[why.verdict]}</span>
<strong class="word ${why.verdict}">${said.word}</strong>${shown(rest)}</p>
${why.reference !== undefined && html`<p>See ${reference(why.reference)}.</p>`}
${why.wheel !== undefined && html`<p>Refused because <code>${why.wheel}</code> of the same release is refused. The same code would be built from its sources.</p>`}
${absence !== undefined && html`<p class="soft">${shown(absence)} These are the stored facts.</p>`}
${
  also.length > 0 &&
  html`<h2>Other rules</h2><ul>${also.map(
    ({ rule, action, reason, reference: see, waiver, lifted }) =>
      html`<li><strong>${rule}</strong> (${waiver !== undefined ? waived(waiver) : lifted ? 'lets it through' : action}): ${shown(plainReason(reason, rule))}${see !== undefined && html`, see ${reference(see)}`}</li>`,
  )}</ul>`
}`;
}

/** By whom, until when, and why. */
export function waived({
  owner,
  expires,
  reason,
}: Readonly<Record<'owner' | 'reason', string>> & { readonly expires: number | string }): Html {
  return html`waived by ${shown(owner)} until ${expiry(expires)}: ${shown(clause(reason))}`;
}

/** What nobody has opened may turn out to be refused, too. */
function nextBest({
  sameRelease,
  inspected,
}: {
  sameRelease: boolean;
  inspected: boolean;
}): string {
  if (inspected)
    return sameRelease
      ? 'Another file of the same release is allowed'
      : 'Install the newest allowed release';
  return `${sameRelease ? 'Another file of the same release has no known problems' : 'Try the newest release without known problems'}. It has not been inspected yet and may also be refused`;
}

/** Possible actions after a refusal. */
export function advice({ advice: advised, project }: JudgedNow): Html | undefined {
  if (advised === undefined) return undefined;
  const { newest, until, contact, waiver, knownGoodHooks, policyRepository } = advised;
  const edit =
    policyRepository !== undefined &&
    html`<p>Edit the policy at ${reference(policyRepository)}.</p>`;
  return html`<h2>What you can do</h2>
${until !== undefined && html`<p>Wait until ${time(until)}: the refusal ends then.</p>`}
${
  newest === undefined
    ? html`<p>No release of ${project} is currently allowed.</p>`
    : html`<p>${nextBest(newest)}:</p>
${block('The command', newest.command, { copied: newest.command })}`
}
${
  waiver === undefined
    ? html`<p>This refusal cannot be waived. ${contact !== undefined && html`Questions: ${contactLink(contact)}.`}</p>`
    : html`<p>If you think that this is wrong, ${contact === undefined ? 'ask the policy owners' : html`ask ${contactLink(contact)}`} for this waiver. It expires automatically.</p>
${block('The waiver', waiver, { copied: waiver })}`
}
${
  knownGoodHooks.length > 0 &&
  html`<details><summary>Or add it permanently as a known-good hook</summary>
<p>Read the file before you add it: it runs at every Python start-up.</p>
${block('Known-good hook entries', knownGoodHooks.join(''), { copied: knownGoodHooks.join('') })}</details>`
}
${edit}`;
}

function signings(all: readonly Signing[]): Html[] {
  return all.map(
    ({ publisher, repository, workflow, loggedAt }) =>
      html` Signed ${workflow === undefined ? html`by ${publisher}` : html`by the workflow <code>${shown(workflow)}</code> of <code>${repository}</code>`}${
        loggedAt !== undefined && html`, in the transparency log since ${time(loggedAt)}`
      }.`,
  );
}

function attestation(state: AttestationState): Html {
  switch (state.kind) {
    case 'attested':
      return html`Verified: published by ${state.publishers.join(', ')}.${signings(state.signings ?? [])}`;
    case 'unverifiable':
      return html`Its attestation is invalid: ${shown(state.reason)}.`;
    case 'unreachable':
      return html`Its attestation could not be verified: ${shown(state.reason)}.`;
    case 'not-verified':
      return html`The index has an attestation. It is not verified, because no rule requires it.`;
    case 'none':
      return html`None: the index has no attestation for this file.`;
    case 'unknown':
      return html`Not known.`;
  }
}

function fileFacts({ facts: known, version, sha256, project, policy }: Why): Html {
  const { yanked } = known;
  return html`<h2>The file</h2>
${facts([
  ['Project', project],
  ['Version', version],
  ['Kind', known.kind],
  ['Size', known.size === undefined ? undefined : `${counted(known.size)} bytes`],
  ['Uploaded', known.uploaded && time(known.uploaded)],
  ['Index', known.upstream],
  ['Needs Python', known.requiresPython],
  ['Yanked at the index', yanked === false ? undefined : yanked === true ? 'yes' : shown(yanked)],
  ['Project status', known.status],
  ['Members', known.members === undefined ? undefined : counted(known.members)],
  [
    'Unpacked',
    known.inflatedBytes === undefined ? undefined : `${counted(known.inflatedBytes)} bytes`,
  ],
  ...Object.entries(known.digests).map(
    ([name, digest]) => [name, html`<code>${digest}</code>`] as const,
  ),
  ['sha256', sha256 === undefined ? 'unknown' : undefined],
  ['Policy revision', html`<code>${policy}</code>`],
])}`;
}

const VERDICTS = { block: 'refused', warn: 'warned', allow: 'allowed' } as const;

function history({ history: known, project, filename, changedFrom }: Why, urlOf: UrlOf): Html {
  const { spans, requests, complete, busy, searchedBackTo } = known;
  const past = spans.map(
    ({
      verdict: was,
      rule,
      reason,
      policy,
      first,
      last,
      requests: count,
    }) => html`<tr><th scope="row"><span class="word ${was}">${VERDICTS[was]}</span></th>
<td>${rule}${reason !== undefined && html`: ${shown(plainReason(reason, rule))}`}</td><td>${counted(count)}</td><td>${time(first)}</td><td>${time(last)}</td><td><code>${policy}</code></td></tr>`,
  );
  const who = requests.map(
    (
      request,
    ) => html`<tr><th scope="row">${time(request.time)}</th><td>${VERDICTS[request.verdict]} (${request.status})</td>
<td>${request.user ?? ''}</td><td>${request.client}</td><td>${agent(request.userAgent ?? '')}</td></tr>`,
  );
  const earlier = urlOf(whyPath({ project, filename }), {
    before: searchedBackTo,
    sha256: changedFrom,
  });
  return html`<h2>Earlier decisions</h2>
${
  past.length === 0
    ? html`<p>${busy ? 'Too many decision log searches are running. Try again in a few seconds.' : 'The decision log contains no requests for it.'}</p>`
    : table(
        'Verdicts, newest first',
        ['Verdict', 'Why', 'Requests', 'First', 'Last', 'Policy'],
        past,
      )
}
${
  searchedBackTo !== undefined
    ? html`<p class="soft">Searched back to ${time(searchedBackTo)}; <a href="${earlier}">continue</a>.</p>`
    : !complete &&
      !busy &&
      html`<p class="soft">Part of the decision log could not be searched.</p>`
}
${who.length > 0 && table('Requests, newest first', ['Time', 'Answer', 'User', 'Client', 'Agent'], who)}`;
}
