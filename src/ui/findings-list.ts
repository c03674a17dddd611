import type { JudgedNow, ShownFinding } from '../dashboard/why.js';
import { sentence } from '../domain/sentence.js';
import { counted, evidence } from './evidence.js';
import { type Html, html } from './html.js';
import { facts, shown } from './parts.js';
import { type UrlOf, whyPath } from './urls.js';

/** The number of like findings in full: the others are folded. */
const SHOWN = 3;

interface Numbered {
  readonly number: number;
  readonly finding: ShownFinding;
}

/** What was found, with the evidence. */
export function findings(judged: JudgedNow, urlOf: UrlOf): Html {
  const { findings: found, inspected, probe } = judged;
  return html`<h2>Findings</h2>
${!inspected && !probe && html`<p>Not inspected yet. The first download inspects it.</p>`}
${probe && html`<p>From a probe, which reads only possible start-up hooks of a new file. Project pages show the file as refused. A request for the file triggers a full inspection.</p>`}
${inspected && found.length === 0 && html`<p>Inspected, without findings.</p>`}
${alike(found).map((group) => groupOf(group, judged, urlOf))}`;
}

/** Findings of the same code and rule, in the order of the first of each. */
function alike(found: readonly ShownFinding[]): Numbered[][] {
  const groups = new Map<string, Numbered[]>();
  for (const [index, finding] of found.entries()) {
    const key = `${finding.rule} ${finding.code}`;
    const group = groups.get(key) ?? [];
    group.push({ number: index + 1, finding });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function groupOf(group: readonly Numbered[], judged: JudgedNow, urlOf: UrlOf): Html {
  const more = group.slice(SHOWN);
  return html`${group.slice(0, SHOWN).map((one) => findingOf(one, true, urlOf))}${
    more.length > 0 &&
    html`
<details><summary>${counted(more.length)} more like it</summary>
<p class="soft">The hexadecimal digits of these findings are left out. The <a href="${urlOf(['api', 'v1', ...whyPath(judged)])}">JSON</a> has their bytes.</p>
${more.map((one) => findingOf(one, false, urlOf))}</details>`
  }`;
}

/** @param hex whether the evidence has hexadecimal digits: text browsers do not fold, and many dumps hide the rest */
function findingOf({ number, finding }: Numbered, hex: boolean, urlOf: UrlOf): Html {
  const { code, rule, detail, summary, member, landing, sha256, offset, excerpt } = finding;
  const isKnown = summary !== undefined;
  return html`<section id="finding-${number}" aria-label="Finding ${number}: ${code}">
<h3>${isKnown ? html`<a href="${urlOf(['help', 'findings'], {}, code)}">${code}</a>` : code}</h3>
<p>${shown(sentence(detail))}${isKnown && html` <span class="soft">${summary}.</span>`}</p>
${
  excerpt !== null
    ? evidence(excerpt, member, { hex })
    : (member !== undefined || rule === 'startup-hook') &&
      html`<p class="soft">No excerpt is stored.</p>`
}
${facts([
  ['Member', member && html`<code>${shown(member)}</code>`],
  ['Lands as', landing && html`<code>${shown(landing)}</code>`],
  ['Byte offset in the archive', offset === undefined ? undefined : counted(offset)],
  ["The member's sha256", sha256 && html`<code>${sha256}</code>`],
])}
</section>`;
}
