import type { Linked } from '../domain/short-id.js';
import { html } from './html.js';
import type { Page } from './layout.js';
import { shown } from './parts.js';
import { type UrlOf, whyPath } from './urls.js';

/** Several files behind one short link: nearly always the same bytes with other names. */
export function linkedPage(files: readonly Linked[], urlOf: UrlOf): Page {
  return {
    title: 'Several files',
    place: undefined,
    main: html`<h1>Several files</h1>
<p>This link matches several files: their digests start with the same digits.</p>
<ul>${files.map((file) => html`<li><a href="${urlOf(whyPath(file), { sha256: file.sha256 })}">${shown(file.filename)}</a></li>`)}</ul>`,
  };
}
