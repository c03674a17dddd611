import { partWith } from '../dashboard/policy-file.js';
import type { PolicyPlace } from '../dashboard/policy-report.js';
import { type Html, html } from './html.js';
import { shown } from './parts.js';
import type { UrlOf } from './urls.js';

/** The path of the page that shows a policy file. */
export function policyFilePath({ layer, file }: Pick<PolicyPlace, 'layer' | 'file'>): string[] {
  return ['policy', 'files', layer, file];
}

/** A link to a line of a policy file. */
export function policyPlace(place: PolicyPlace, urlOf: UrlOf): Html {
  const from = partWith(place.line);
  const query = { from: from === 1 ? undefined : String(from) };
  return html`<a href="${urlOf(policyFilePath(place), query, `L${place.line}`)}">${shown(place.file)}:${place.line}</a>`;
}
