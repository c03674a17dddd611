import { expiryText } from '../domain/expiry-text.js';
import { shortAgent } from '../domain/short-agent.js';
import { visiblePieces } from '../domain/visible.js';
import { type Html, type HtmlValue, html } from './html.js';

/** The number of displayed characters of a time in ISO 8601. */
const PRECISION = { minutes: 16, seconds: 19 } as const;

/** A time in an international format; the script adds its age. @param at milliseconds since 1970, or ISO 8601 */
export function time(at: number | string, precision: keyof typeof PRECISION = 'minutes'): Html {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return html`${at}`;
  const iso = instant.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, PRECISION[precision]).replace('T', ' ')} UTC</time>`;
}

/** An expiry as people write it: the last day, or a time. @param at the first time at which it has expired */
export function expiry(at: number | string): Html {
  const text = Number.isNaN(new Date(at).getTime()) ? `${at}` : expiryText(at);
  return text.length === 10 ? html`<time datetime="${text}">${text}</time>` : time(at);
}

/** A text of any origin; escapes are marked, to distinguish them from the same letters. */
export function shown(text: string): Html {
  return html`${visiblePieces(text).map((piece) => (piece.escaped ? html`<mark>${piece.text}</mark>` : piece.text))}`;
}

/** A user agent in short. Text browsers show folded text beside its summary, so the full one is a title. */
export function agent(text: string): Html {
  const short = shortAgent(text);
  return short === text ? shown(text) : html`<span title="${text}">${shown(short)}</span>`;
}

/** Display options of a block. */
export interface BlockOptions {
  /** The text that a button copies to the clipboard, if scripts are enabled. */
  readonly copied?: string;
  /** The label of the button. */
  readonly copy?: string;
  /** Whether long lines are wrapped. */
  readonly wrap?: boolean;
}

/** A block of text to read and to copy. @param label its name for screen readers */
export function block(label: string, content: HtmlValue, options: BlockOptions = {}): Html {
  const { copied, copy = 'Copy', wrap = false } = options;
  // A scrollable element must be reachable by keyboard. Text browsers also show hidden elements, so the script creates
  // the button.
  const button = copied !== undefined && html` data-copy="${copied}" data-say="${copy}"`;
  return html`<div class="code"${button}><pre${wrap && html` class="wrap"`} tabindex="0" role="region" aria-label="${label}"><code>${content}</code></pre></div>`;
}

/** A column by its name; numbers are aligned to the right, as are cells with the class `number`. */
export type Head = string | { readonly number: string };

function headOf(head: Head): Html {
  return typeof head === 'string'
    ? html`<th scope="col">${head}</th>`
    : html`<th scope="col" class="number">${head.number}</th>`;
}

/** A table that scrolls in its own region if it is wider than the page. @param rows the body's `<tr>` elements */
export function table(caption: string, heads: readonly Head[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map(headOf)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** Facts with their names. Undefined ones are omitted. */
export function facts(entries: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl>${entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A text of ours that marks code with backticks, for terminals and pages alike. */
export function coded(text: string): Html {
  return html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
