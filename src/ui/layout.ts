import { type Asset, ICON, SCRIPT, STYLE } from './assets.js';
import { type Html, type HtmlValue, html } from './html.js';
import { time } from './parts.js';
import type { UrlOf } from './urls.js';

/** The state of the server in the head of every page. */
export interface ServerState {
  /** The revision of the policy in force. */
  readonly revision: string;
  /** The parts with problems, as in /readyz. */
  readonly troubles: readonly { readonly part: string; readonly detail: string }[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether all pages of the navigation are on the requested port. */
  readonly isWhole: boolean;
  /** Whether the reader has access to the admin pages. */
  readonly isAdmin: boolean;
}

/** A page's place in the navigation; other pages are below one of these. */
export type Place = (typeof NAVIGATION)[number]['place'];

/** In display order: a new top-level page is a new line. */
const NAVIGATION = [
  { place: 'overview', label: 'Overview', path: [], everywhere: false, forAdmins: false },
  { place: 'refusals', label: 'Refusals', path: ['refusals'], everywhere: false, forAdmins: false },
  { place: 'policy', label: 'Policy', path: ['policy'], everywhere: false, forAdmins: false },
  {
    place: 'exposure',
    label: 'Exposure',
    path: ['exposure'],
    everywhere: false,
    forAdmins: true,
  },
  { place: 'live', label: 'Live', path: ['live'], everywhere: false, forAdmins: true },
  { place: 'health', label: 'Health', path: ['health'], everywhere: false, forAdmins: false },
  { place: 'help', label: 'Help', path: ['help'], everywhere: true, forAdmins: false },
] as const;

/** The content of a page, without the layout. */
export interface Page {
  /** For the window and bookmarks. */
  readonly title: string;
  readonly place: Place | undefined;
  readonly main: HtmlValue;
  /** Whether it shows the server's problems itself. */
  readonly tellsTroubles?: boolean;
}

/** Puts a page into the common layout. */
export function layout(page: Page, state: ServerState, urlOf: UrlOf): Html {
  const asset = ({ name, version }: Asset) => urlOf(['ui', name], { v: version });
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} – Wheelgate</title>
<link rel="stylesheet" href="${asset(STYLE)}">
<link rel="icon" type="image/svg+xml" href="${asset(ICON)}">
<script src="${asset(SCRIPT)}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand">${state.isWhole ? html`<a href="${urlOf([])}">Wheelgate</a>` : 'Wheelgate'}</p>
<nav aria-label="Pages"><ul>${NAVIGATION.filter(
    ({ everywhere, forAdmins }) => (everywhere || state.isWhole) && (!forAdmins || state.isAdmin),
  ).map(
    ({ place, label, path }) => html`
<li><a href="${urlOf(path)}"${place === page.place && html` aria-current="page"`}>${label}</a></li>`,
  )}
</ul></nav>
</header>
${page.tellsTroubles !== true && troubles(state)}
<main id="main" tabindex="-1">
${page.main}
</main>
<footer>
<p>Policy <code>${state.revision}</code>, ${time(state.now)}</p>
</footer>
</body>
</html>
`;
}

function troubles({ troubles }: ServerState): Html | undefined {
  if (troubles.length === 0) return undefined;
  return html`<section class="troubles" aria-label="State of the server">
<ul>${troubles.map(({ part, detail }) => html`<li><strong>${part}</strong>: ${detail}</li>`)}</ul>
</section>`;
}
