import { visiblePieces } from '../domain/visible.js';
import { type Html, type HtmlValue, html } from './html.js';

/** An instant, as a reader anywhere understands it; the script adds how long ago it was. @param at milliseconds since 1970 */
export function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** A text of any origin; what is written as an escape is told from the same letters. */
export function shown(text: string): Html {
  return html`${visiblePieces(text).map((piece) => (piece.escaped ? html`<mark>${piece.text}</mark>` : piece.text))}`;
}

/** A block of text to read, and to copy where there is a script. @param label names it to those who do not see it */
export function block(label: string, content: HtmlValue, copied?: string): Html {
  // What scrolls must be reachable by the keyboard.
  return html`<div class="code"><pre tabindex="0" role="region" aria-label="${label}"><code>${content}</code></pre>${
    copied !== undefined &&
    html`<button type="button" data-copy="${copied}" aria-label="Copy: ${label}" hidden>Copy</button>`
  }</div>`;
}

/** A table that scrolls in its own region where it is wider than the page. @param rows its body's, as `<tr>` */
export function table(caption: string, heads: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** Facts by their names. What is undefined is left out. */
export function facts(entries: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl>${entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
