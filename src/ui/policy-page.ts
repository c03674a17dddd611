import type { PolicyEdit } from '../dashboard/policy-edits.js';
import type {
  DenialNote,
  FailingEdit,
  HookNote,
  PolicyList,
  PolicyReport,
  PolicySetting,
  RuleNote,
  WaiverNote,
  WaiverState,
} from '../dashboard/policy-report.js';
import { plural } from '../domain/plural.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { block, expiry, shown, table, time } from './parts.js';
import { policyFilePath, policyPlace } from './policy-place.js';
import { replicasTable } from './replicas-table.js';
import { reference, type UrlOf } from './urls.js';

/** Paths on the server's machine. */
export interface PolicyPlaces {
  /** The folder of the policy files; undefined if there is none. */
  readonly policies: string | undefined;
  /** The decision log's file. */
  readonly log: string;
}

/** The policy in force, with the source and the effect of each part. */
export function policyPage(
  policy: PolicyReport,
  places: PolicyPlaces | undefined,
  urlOf: UrlOf,
): Page {
  const { revision, since, failing, settings, edits } = policy;
  const mode = settings.find(({ key }) => key === 'mode')?.value;
  return {
    title: failing === undefined ? 'Policy' : 'Policy: edit rejected',
    place: 'policy',
    main: html`<h1>Policy</h1>
${failing && failingEdit(failing, revision)}
${disagreement(policy)}
<p class="verdict ${mode === 'enforce' ? 'allow' : 'warn'}">Revision <code>${revision}</code> is in force${since !== undefined && html` since ${time(since)}`}:
<strong class="word ${mode === 'enforce' ? 'allow' : 'warn'}">${mode === 'enforce' ? '✔ enforce' : `▲ ${mode}`}</strong>${mode === 'enforce' ? '' : ': refusals are logged and counted but not enforced.'}</p>
<nav aria-label="On this page"><ul class="row">
<li><a href="#waivers">Waivers (${counted(policy.waivers.count)})</a></li>
<li><a href="#rules">Rules</a></li>
<li><a href="#files">Files (${counted(policy.files.length)})</a></li>
<li><a href="#denials">Denials (${counted(policy.denials.count)})</a></li>
<li><a href="#hooks">Known-good start-up hooks (${counted(policy.hooks.count)})</a></li>
<li><a href="#edits">Edits</a></li>
<li><a href="#try">Try an edit</a></li>
</ul></nav>
${waivers(policy.waivers, urlOf)}
${rules(policy, urlOf)}
${files(policy, urlOf)}
${denials(policy.denials, urlOf)}
${allowed(policy, urlOf)}
${hooks(policy.hooks, urlOf)}
<h2 id="edits">Edits</h2>
<p>The last ${counted(edits.length)} accepted edits, kept across restarts. Moved lines are not counted.</p>
${table('Policy edits, newest first', ['In force since', 'Revision', 'Files'], edits.map(edit))}
${tryIt(places)}`,
  };
}

/** Reports that other replicas have another policy: an edit reaches them one after another, or not at all. */
function disagreement({ revision, replicas = [] }: PolicyReport): Html {
  if (!replicas.some((one) => one.state === 'present' && one.revision !== revision)) return html``;
  return html`<section class="verdict warn" aria-labelledby="replicas">
<h2 id="replicas" class="word warn">▲ The replicas use different policies</h2>
${replicasTable(replicas)}
</section>`;
}

function failingEdit({ since, count, problems }: FailingEdit, revision: string): Html {
  const more = count - problems.length;
  return html`<section class="verdict block" aria-labelledby="failing">
<h2 id="failing" class="word block">✖ The current files are invalid</h2>
<p>Since ${time(since)} they have ${counted(count)} ${plural(count, 'error')}. The previous revision <code>${revision}</code> stays in force.</p>
<ul>${problems.map(
    ({ file, line, column, message }) =>
      html`<li><code>${shown(file)}${line !== undefined && `:${line}:${column ?? 1}`}</code> <span class="word block">${shown(message)}</span></li>`,
  )}</ul>
${more > 0 && html`<p>… and ${counted(more)} more: <code>wheelgate check</code> lists all.</p>`}
</section>`;
}

const STATES: Readonly<Record<WaiverState, { readonly word: string; readonly level: string }>> = {
  active: { word: '✔ active', level: 'allow' },
  ending: { word: '▲ ends soon', level: 'warn' },
  expired: { word: '✖ expired', level: 'block' },
  early: { word: '✖ not yet', level: 'block' },
};

function waivers({ count, states, entries }: PolicyReport['waivers'], urlOf: UrlOf): Html {
  const summary = (Object.keys(STATES) as WaiverState[])
    .filter((state) => states[state] > 0)
    .map((state) => `${counted(states[state])} ${STATES[state].word.slice(2)}`);
  const row = ({
    state,
    incomplete,
    rule,
    project,
    versions,
    reason,
    owner,
    expires,
    at,
  }: WaiverNote) => html`<tr><th scope="row"><strong class="word ${STATES[state].level}">${STATES[state].word}</strong>${incomplete && html`<br><strong class="word warn">▲ incomplete</strong>`}</th>
<td>${expiry(expires)}</td><td><code>${rule}</code></td><td><a href="${urlOf(['projects', project])}">${project}</a> <code>${shown(versions)}</code></td>
<td>${shown(reason)}</td><td>${shown(owner)}</td><td>${policyPlace(at, urlOf)}</td></tr>`;
  return html`<h2 id="waivers">Waivers</h2>
${
  count === 0
    ? html`<p>None.</p>`
    : html`<p>${summary.join(', ')}. Expired waivers have no effect${states.early > 0 && '; a waiver that is not yet active expires later than waiver-max allows'}. “ends soon” means within 14 days.</p>
${table('Waivers, next to expire first', ['State', 'Ends', 'Rule', 'For', 'Reason', 'Owner', 'Set in'], entries.map(row))}
${rest(count - entries.length)}`
}`;
}

const ACTIONS = {
  block: { word: '✖ block', level: 'block' },
  warn: { word: '▲ warn', level: 'warn' },
  off: { word: '– off', level: 'soft' },
} as const;

function rules({ rules: all, settings }: PolicyReport, urlOf: UrlOf): Html {
  const setIn = ({ at }: PolicySetting) =>
    at === undefined ? html`<span class="soft">by default</span>` : policyPlace(at, urlOf);
  const cellsOf = (setting: PolicySetting) =>
    html`<td><code>${shown(setting.key)}</code></td><td><code>${shown(setting.value)}</code></td><td>${setIn(setting)}</td>`;
  const group = (head: Html, said: readonly PolicySetting[]) =>
    said.map(
      (setting, index) =>
        html`<tr>${index === 0 && html`<th scope="rowgroup" rowspan="${said.length}">${head}</th>`}${cellsOf(setting)}</tr>`,
    );
  const ruleHead = ({ rule, action, dryRun }: RuleNote) =>
    html`${rule}<br><span class="word ${ACTIONS[action].level}">${ACTIONS[action].word}</span>${dryRun && action !== 'off' && html` <span class="word warn">dry-run</span>`}`;
  return html`<h2 id="rules">Rules</h2>
<p>The merged settings, in order of evaluation. Later files override earlier ones key by key.</p>
${table(
  'Rules and their settings',
  ['Rule', 'Setting', 'Value', 'Set in'],
  [
    ...group(html`All rules`, settings),
    ...all.flatMap((rule) => group(ruleHead(rule), rule.settings)),
  ],
)}`;
}

const WHOSE = { own: 'your organization', shipped: 'shipped with Wheelgate' } as const;

function files({ files: all }: PolicyReport, urlOf: UrlOf): Html {
  return html`<h2 id="files">Files</h2>
<p>In merge order. Do not edit shipped files: override them in a file of your organization.</p>
${table(
  'The files in force',
  ['File', 'Origin', { number: 'Lines' }, { number: 'Bytes' }],
  all.map(
    ({ name, layer, lines, bytes }) =>
      html`<tr><th scope="row"><a href="${urlOf(policyFilePath({ layer, file: name }))}">${shown(name)}</a></th><td>${WHOSE[layer]}</td><td class="number">${counted(lines)}</td><td class="number">${counted(bytes)}</td></tr>`,
  ),
)}`;
}

function denials({ count, entries }: PolicyList<DenialNote>, urlOf: UrlOf): Html {
  const row = ({ project, versions, sha256, reason, reference: see, at }: DenialNote) => html`<tr>
<th scope="row">${project === undefined ? html`<code>${sha256}</code>` : html`${shown(project)} <code>${shown(versions ?? 'every version')}</code>`}</th>
<td>${shown(reason)}${see !== undefined && html`<br>${reference(see)}`}</td><td>${policyPlace(at, urlOf)}</td></tr>`;
  return html`<h2 id="denials">Denials</h2>
${count === 0 ? html`<p>None.</p>` : table('Denials, those of your organization first', ['What', 'Why', 'Set in'], entries.map(row))}
${rest(count - entries.length)}`;
}

function allowed({ allow }: PolicyReport, urlOf: UrlOf): Html | undefined {
  if (allow === undefined) return undefined;
  return html`<h2 id="allowed">Allowed projects</h2>
<p>Only these are served.</p>
${table(
  'Allowed projects, those of your organization first',
  ['Project', 'Set in'],
  allow.entries.map(
    ({ project, at }) =>
      html`<tr><th scope="row">${shown(project)}</th><td>${policyPlace(at, urlOf)}</td></tr>`,
  ),
)}
${rest(allow.count - allow.entries.length)}`;
}

function hooks({ count, entries }: PolicyList<HookNote>, urlOf: UrlOf): Html {
  const row = ({ project, file, sha256, at }: HookNote) =>
    html`<tr><th scope="row">${project}</th><td><code>${shown(file)}</code></td><td class="number">${counted(sha256.length)}</td><td>${policyPlace(at, urlOf)}</td></tr>`;
  return html`<h2 id="hooks">Known-good start-up hooks</h2>
<p>Start-up hooks that are allowed, by project, name and content.</p>
${count === 0 ? html`<p>None.</p>` : table('Known-good start-up hooks, those of your organization first', ['Project', 'File', { number: 'Contents' }, 'Set in'], entries.map(row))}
${rest(count - entries.length)}`;
}

/** @param places undefined if the reader may not see them */
function tryIt(places: PolicyPlaces | undefined): Html {
  const command = `wheelgate check FOLDER --against ${places === undefined ? 'DECISION-LOG' : shellWord(places.log)}`;
  const folder = places?.policies;
  return html`<h2 id="try">Try an edit</h2>
<p>Before you apply an edit, list the logged requests that it would decide differently. Run this on the server's machine, with the edited files in FOLDER${folder !== undefined && html` (the current files are in <code>${shown(folder)}</code>)`}. It reports errors with their line.</p>
${block('The command', command, { copied: command })}`;
}

/** A path quoted for a shell. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The number of items that a list omits. */
function rest(more: number): Html | undefined {
  return more > 0
    ? html`<p class="soft">… and ${counted(more)} more, in the files.</p>`
    : undefined;
}

const CHANGES = { added: 'new', changed: 'changed', removed: 'gone' } as const;

function edit({ time: at, revision, sameMeaning, files: changed }: PolicyEdit): Html {
  const lines = changed.map(
    ({ name, layer, change, added, removed }) =>
      html`<li>${shown(name)}${layer === 'shipped' && ' (shipped)'}: ${CHANGES[change]}, +${counted(added)} −${counted(removed)} lines</li>`,
  );
  return html`<tr><th scope="row">${time(at)}</th><td><code>${revision}</code>${sameMeaning === true && html`<br><span class="soft">no change in meaning</span>`}</td>
<td>${lines.length === 0 ? html`<span class="soft">first revision seen</span>` : html`<ul class="plain">${lines}</ul>`}</td></tr>`;
}
