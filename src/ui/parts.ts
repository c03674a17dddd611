import { expiryText } from '../domain/expiry-text.js';
import { visiblePieces } from '../domain/visible.js';
import { type Html, type HtmlValue, html } from './html.js';

/** How many characters of an instant in ISO 8601 stand for it. */
const PRECISION = { minutes: 16, seconds: 19 } as const;

/** An instant, as a reader anywhere understands it; the script adds how long ago it was. @param at milliseconds since 1970, or ISO 8601 */
export function time(at: number | string, precision: keyof typeof PRECISION = 'minutes'): Html {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return html`${at}`;
  const iso = instant.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, PRECISION[precision]).replace('T', ' ')} UTC</time>`;
}

/** When something expires, as people write it: its last day, or an instant. @param at the first instant at which it no longer holds */
export function expiry(at: number | string): Html {
  const text = Number.isNaN(new Date(at).getTime()) ? `${at}` : expiryText(at);
  return text.length === 10 ? html`<time datetime="${text}">${text}</time>` : time(at);
}

/** A text of any origin; what is written as an escape is told from the same letters. */
export function shown(text: string): Html {
  return html`${visiblePieces(text).map((piece) => (piece.escaped ? html`<mark>${piece.text}</mark>` : piece.text))}`;
}

/** So many characters of a user agent stand in a table. */
const LONGEST_AGENT = 40;

/** A user agent; pip and uv send JSON of some 300 characters behind their name, which is folded. */
export function agent(text: string): Html {
  if (text.length <= LONGEST_AGENT) return shown(text);
  const [name = ''] = text.split(' ');
  return html`<details><summary>${shown(name.slice(0, LONGEST_AGENT) || 'Agent')}</summary>${shown(text)}</details>`;
}

/** How a block is shown. */
export interface BlockOptions {
  /** What a button puts on the clipboard, where there is a script. */
  readonly copied?: string;
  /** What the button says. */
  readonly copy?: string;
  /** Whether long lines are broken. */
  readonly wrap?: boolean;
}

/** A block of text to read and to copy. @param label names it to those who do not see it */
export function block(label: string, content: HtmlValue, options: BlockOptions = {}): Html {
  const { copied, copy = 'Copy', wrap = false } = options;
  // What scrolls must be reachable by the keyboard.
  // Text browsers show what is hidden, too: the script makes the button.
  const button = copied !== undefined && html` data-copy="${copied}" data-say="${copy}"`;
  return html`<div class="code"${button}><pre${wrap && html` class="wrap"`} tabindex="0" role="region" aria-label="${label}"><code>${content}</code></pre></div>`;
}

/** A column by its name; one of numbers stands at its right edge, as its cells with the class `number` do. */
export type Head = string | { readonly number: string };

function headOf(head: Head): Html {
  return typeof head === 'string'
    ? html`<th scope="col">${head}</th>`
    : html`<th scope="col" class="number">${head.number}</th>`;
}

/** A table that scrolls in its own region where it is wider than the page. @param rows its body's, as `<tr>` */
export function table(caption: string, heads: readonly Head[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map(headOf)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** Facts by their names. What is undefined is left out. */
export function facts(entries: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl>${entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
