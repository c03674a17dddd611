import { type CodeEntry, FINDING_CODES } from '../domain/finding-codes.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { table } from './parts.js';

/** The meaning of each finding, at the fragment of its code. */
export function findingsPage(): Page {
  const byRule = new Map<string, Html[]>();
  for (const [code, entry] of Object.entries(FINDING_CODES)) {
    const rows = byRule.get(entry.rule) ?? [];
    byRule.set(entry.rule, rows);
    rows.push(row(code, entry));
  }
  return {
    title: 'Findings',
    place: 'help',
    main: html`<h1>Findings</h1>
<p>Wheelgate inspects every artifact before it sends the last bytes, and records findings. A finding is a fact. Its rule in the policy decides whether to refuse the artifact.</p>
${[...byRule].map(
  ([rule, rows]) => html`<h2>Rule <code>${rule}</code></h2>
${table(`Findings of the rule ${rule}`, ['Finding', 'Meaning', 'Source'], rows)}`,
)}`,
  };
}

function row(code: string, { summary, source }: CodeEntry): Html {
  return html`<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${summary}</td><td>${source}</td></tr>`;
}
