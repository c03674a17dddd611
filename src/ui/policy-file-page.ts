import type { PolicyFilePart } from '../dashboard/policy-file.js';
import { plural } from '../domain/plural.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { shown } from './parts.js';
import { policyFilePath } from './policy-place.js';
import type { UrlOf } from './urls.js';

/** A policy file as in force, with an address for each line. @param comments whether it includes them */
export function policyFilePage(part: PolicyFilePart, comments: boolean, urlOf: UrlOf): Page {
  const { name, layer, bytes, count, from, lines, next } = part;
  const whose =
    layer === 'own' ? 'One of your policy files' : 'A policy file shipped with Wheelgate';
  const at = (line: number) =>
    urlOf(policyFilePath({ layer, file: name }), { from: line === 1 ? undefined : String(line) });
  return {
    title: name,
    place: 'policy',
    main: html`<h1>${shown(name)}</h1>
<p>${whose}, as it is in force: ${counted(count)} ${plural(count, 'line')}, ${counted(bytes)} ${plural(bytes, 'byte')}. <a href="${urlOf(['policy'])}">All of the policy</a></p>
${!comments && html`<p class="soft">Comments are shown only to the admin role.</p>`}
${lines === undefined ? html`<p>The policy files are too large, so the text of this one is not stored.</p>` : text(lines, from)}
<p>${from > 1 && html`<a href="${at(1)}">From line 1</a> `}${next !== undefined && html`<a href="${at(next)}" rel="next">From line ${counted(next)} on</a>`}</p>`,
  };
}

function text(lines: readonly string[], from: number): Html {
  const numbered = lines.map((line, index) => {
    const number = from + index;
    return html`<span class="line" id="L${number}"><a href="#L${number}">${number}</a> ${shown(line)}
</span>`;
  });
  return html`<div class="code"><pre class="numbered" tabindex="0" role="region" aria-label="The file, line by line"><code>${numbered}</code></pre></div>`;
}
