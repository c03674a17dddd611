import type { RuleSaid } from '../dashboard/rules-said.js';
import { type ClientName, clientSettings, PACKAGE_CLIENTS } from '../domain/client-settings.js';
import { refusedPhrase } from '../messages/refusals.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { block, coded, table } from './parts.js';
import { contactLink, type UrlOf } from './urls.js';

/** The values that help depends on. */
export interface Help {
  /** The server's URL for clients, without a trailing slash; empty if it is unknown. */
  readonly server: string;
  readonly contact: string | undefined;
  readonly asksForTokens: boolean;
  readonly rules: readonly RuleSaid[];
}

/** How to configure a client, what a refusal looks like, and whom to contact. */
export function helpPage(help: Help, urlOf: UrlOf): Page {
  const { server, contact, asksForTokens, rules } = help;
  return {
    title: 'Help',
    place: 'help',
    main: html`<h1>Help</h1>
<p>Wheelgate is a proxy between package clients and their index. It inspects every artifact and enforces the policy.</p>
<h2 id="client">Configure a client</h2>
${
  server === ''
    ? html`<p>Set <code>public-url</code> to show the settings for each client here.</p>`
    : PACKAGE_CLIENTS.map((client) => linesFor(client, server))
}
${
  asksForTokens &&
  html`<p>This server requires a token. Clients send it as the password in the index URL, with the token's user name.</p>`
}
<h2 id="refusals">Refusals</h2>
${table('Client messages and their meaning', ['Client message', 'Meaning', 'What to do'], SAYINGS)}
<h2 id="rules">The rules</h2>
<p>The policy enables these rules. Rules on file contents act on <a href="${urlOf(['help', 'findings'])}">findings</a>.</p>
${table(
  'Rules, strongest first',
  ['Rule', 'Effect'],
  rules.map(
    ({ rule, about }) =>
      html`<tr><th scope="row"><code>${rule}</code></th><td>${coded(about)}</td></tr>`,
  ),
)}
<h2 id="contact">Ask</h2>
<p>${
      contact === undefined
        ? 'Ask the operators of this server. They can set "contact" to show an address here.'
        : html`Ask ${contactLink(contact)}.`
    } The page of a refusal contains the waiver to request.</p>`,
  };
}

function linesFor(client: ClientName, server: string): Html {
  const { file, lines, environment } = clientSettings(client, server);
  const [text, variables] = [lines.join('\n'), environment.join('\n')];
  return html`<h3>${client}</h3>
<p>In ${coded(file)}:</p>
${block(`Settings of ${client}`, text, { copied: text })}
${
  variables !== '' &&
  html`<p>Or, for one shell or job:</p>
${block(`Variables for ${client}`, variables, { copied: variables })}`
}`;
}

const SAYINGS: readonly Html[] = (
  [
    [
      `403 ${refusedPhrase('REASON (RULE)')}`,
      'A policy rule refuses this file.',
      'Open the link in the message. The page shows the reason, the findings and allowed alternatives.',
    ],
    [
      'yanked, with a reason that names a rule',
      'The file is refused, and the project page marks it as yanked.',
      'Nothing: the client chooses another release. A pinned release gets a 403.',
    ],
    [
      'The connection was closed, or the download is incomplete',
      'A large file is sent while it is being inspected. This one was refused.',
      'Retry: the next response is a 403 with the reason.',
    ],
    [
      '401 Authentication required',
      'The token is missing, unknown or expired.',
      'Put a valid token into the index URL.',
    ],
    [
      '404 Not found',
      'No index lists the project or the file.',
      'Check the name. A private name is looked up only at the index that claims it.',
    ],
    [
      '502, 503',
      'The upstream index or this server failed. This is not a refusal.',
      'Retry later.',
    ],
  ] as const
).map(
  ([says, means, todo]) =>
    html`<tr><th scope="row"><code>${says}</code></th><td>${means}</td><td>${todo}</td></tr>`,
);
