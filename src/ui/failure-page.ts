import { FAILURES, type Failure } from '../domain/failure.js';
import { html } from './html.js';
import type { Page } from './layout.js';

/** The reason for a missing page. */
export function failurePage({ kind, message }: Failure): Page {
  const { title } = FAILURES[kind];
  return { title, place: undefined, main: html`<h1>${title}</h1><p>${message}</p>` };
}
