import type { RuleSaid } from '../dashboard/rules-said.js';
import { type ClientName, clientSettings, PACKAGE_CLIENTS } from '../domain/client-settings.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { block, table } from './parts.js';
import { contactLink, type UrlOf } from './urls.js';

/** What help depends on. */
export interface Help {
  /** How clients reach this server, without a trailing slash; empty where it cannot be told. */
  readonly server: string;
  readonly contact: string | undefined;
  readonly asksForTokens: boolean;
  readonly rules: readonly RuleSaid[];
}

/** How a client is pointed here, what a refusal says, and whom to ask. */
export function helpPage(help: Help, urlOf: UrlOf): Page {
  const { server, contact, asksForTokens, rules } = help;
  return {
    title: 'Help',
    place: 'help',
    main: html`<h1>Help</h1>
<p>Wheelgate stands between package clients and their index, opens what they ask for, and refuses what the policy names.</p>
<h2 id="client">Point a client here</h2>
${
  server === ''
    ? html`<p>How clients reach this server is not known here. Once <code>public-url</code> is set, the lines for each client stand here.</p>`
    : PACKAGE_CLIENTS.map((client) => linesFor(client, server))
}
${
  asksForTokens &&
  html`<p>This server asks for a token: clients show it as the password in the index URL, with any user name that it was made for.</p>`
}
<h2 id="refusals">Read a refusal</h2>
${table(
  'What clients say, and what it means',
  ['The client says', 'It means', 'What to do'],
  SAYINGS,
)}
<h2 id="rules">The rules</h2>
<p>The policy says which of them hold here. What an artifact was refused for by its content is one of the <a href="${urlOf(['help', 'findings'])}">findings</a>.</p>
${table(
  'Rules, the strongest first',
  ['Rule', 'What it does'],
  rules.map(
    ({ rule, about }) => html`<tr><th scope="row"><code>${rule}</code></th><td>${about}</td></tr>`,
  ),
)}
<h2 id="contact">Ask</h2>
<p>${
      contact === undefined
        ? 'Ask those who run this server. They can name whom to ask here: the setting is contact.'
        : html`Ask ${contactLink(contact)}.`
    } The page of a refusal has the waiver to ask for.</p>`,
  };
}

function linesFor(client: ClientName, server: string): Html {
  const { file, lines, environment } = clientSettings(client, server);
  const [text, variables] = [lines.join('\n'), environment.join('\n')];
  return html`<h3>${client}</h3>
<p>In ${file}:</p>
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
      '403 Refused by Wheelgate: REASON (RULE)',
      'A rule of the policy objects to this file.',
      'Open the link behind it: the page says why, shows what was found, and what is allowed instead.',
    ],
    [
      'yanked, with a reason that names a rule',
      'The file is refused, and the index page says so in time.',
      'Nothing: a client that may choose takes another release. One that is pinned is told 403.',
    ],
    [
      'The connection was closed, or the download is incomplete',
      'A large file flows while it is being inspected; this one turned out to be refused.',
      'Ask again: the next answer is the 403 that says why.',
    ],
    [
      '401 Credentials are needed',
      'The token is missing, unknown or over.',
      'Put a token that holds into the index URL.',
    ],
    [
      '404 Not found',
      'No index lists the project or the file.',
      'Look at its name. A private name is looked up only where it is claimed.',
    ],
    [
      '502, 503',
      'The index behind this server, or this server, fails: nobody refuses anything.',
      'Wait, and try again.',
    ],
  ] as const
).map(
  ([says, means, todo]) =>
    html`<tr><th scope="row"><code>${says}</code></th><td>${means}</td><td>${todo}</td></tr>`,
);
