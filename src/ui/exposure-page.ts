import type { ExposedFile, ExposedUser, ExposureAnswer } from '../dashboard/exposure-answer.js';
import { plural } from '../domain/plural.js';
import { shortAgent } from '../domain/short-agent.js';
import { counted } from './evidence.js';
import { type Field, form } from './form.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { agent, block, shown, table, time } from './parts.js';
import { type UrlOf, whyPath } from './urls.js';

/** The query as typed, and its result. */
export interface ShownExposure {
  readonly asked: Readonly<Record<string, string | undefined>>;
  /** The problems by field; `''` for a missing one. Undefined without a query. */
  readonly problems: ReadonlyMap<string, string> | undefined;
  /** Undefined without a search. */
  readonly answer: ExposureAnswer | undefined;
}

/** The clients that have a release, after an incident. */
export function exposurePage({ asked, problems, answer }: ShownExposure, urlOf: UrlOf): Page {
  return {
    title: 'Exposure',
    place: 'exposure',
    main: html`<h1>Exposure</h1>
<p>Find out who downloaded a project's releases, or a file by its digest. The source is the decision log.</p>
${form(urlOf(['exposure']), FIELDS, asked, problems, 'Search')}
${answer && found(answer, asked, urlOf)}`,
  };
}

const FIELDS: readonly Field[] = [
  { name: 'project', label: 'Project', hint: 'such as litellm' },
  { name: 'versions', label: 'Versions', hint: 'PEP 440, such as ==1.82.8 or >=1,<2; none: all' },
  { name: 'sha256', label: 'SHA-256', hint: '64 hexadecimal digits, with or without a project' },
  { name: 'since', label: 'Since', hint: 'such as 2026-03-24T10:00Z; none: all' },
  { name: 'refused', label: 'Include refused requests', checkbox: true },
];

/** Maximum number of displayed users and files; the linked tables contain all. */
const MOST_USERS = 500;
const MOST_FILES = 50;

function found(answer: ExposureAnswer, asked: ShownExposure['asked'], urlOf: UrlOf): Html {
  const { users, files, identities, requests } = answer;
  const { until: _, ...question } = asked;
  const linkTo = (format: string | undefined) =>
    urlOf(['api', 'v1', 'exposure'], { ...asked, format });
  return html`<h2 id="found">Found</h2>
${summary(answer)}
${coverage(answer, (until) => urlOf(['exposure'], { ...question, until }))}
${
  requests.length > 0 &&
  html`<p>Export the requests: <a href="${linkTo('csv')}">CSV</a>, <a href="${linkTo(undefined)}">JSON</a></p>
${identities === 'hidden' && html`<p class="soft">Identities are hidden (<code>dashboard.identities</code>). Use <code>wheelgate exposure --log</code> on the server's machine to show them.</p>`}
${table(
  `By user: ${counted(users.length)}`,
  [
    'User or address',
    { number: 'Whole' },
    { number: 'Part' },
    { number: 'Not modified' },
    { number: 'Cut off' },
    { number: 'Refused' },
    { number: 'Locked' },
    'First',
    'Last',
    'Agent',
  ],
  users.slice(0, MOST_USERS).map(userRow),
)}
${users.length > MOST_USERS && html`<p class="soft">… and ${counted(users.length - MOST_USERS)} more, in the CSV and the JSON.</p>`}
<p class="soft">Whole: the complete file. Part: a range or an interrupted transfer. Not modified: the client already had the file. Cut off: a prefix, then the refusal. Locked: queried from a lock or an environment through the OSV API.</p>
${table(
  'By file',
  ['File', { number: 'Requests' }, { number: 'Clients' }],
  files.slice(0, MOST_FILES).map((file) => fileRow(file, urlOf)),
)}
${files.length > MOST_FILES && html`<p class="soft">… and ${counted(files.length - MOST_FILES)} more.</p>`}`
}
<h2>On the machines</h2>
<p>Downloads and installations can differ. Audit each machine from outside the environment:</p>
${block('The command', AUDIT, { copied: AUDIT })}`;
}

const AUDIT = 'wheelgate audit PATH-OF-THE-ENVIRONMENT --policies POLICY-FOLDER';

function summary({ users }: ExposureAnswer): Html {
  const holds = ({ counts: { whole, had } }: ExposedUser) => whole + had > 0;
  const holdsPart = ({ counts: { part, early, prefix } }: ExposedUser) => part + early + prefix > 0;
  const whole = users.filter(holds).length;
  const some = users.filter((user) => !holds(user) && holdsPart(user)).length;
  const level = whole + some > 0 ? 'block' : 'allow';
  const usersOf = (count: number) => `${counted(count)} ${plural(count, 'user')}`;
  const said =
    whole + some === 0
      ? html`<strong class="word allow">✔ No downloads</strong> found in the searched part of the log.`
      : html`<strong class="word block">✖ ${usersOf(whole)}</strong> downloaded a whole file${some > 0 && html`, and ${usersOf(some)} a part of one`}.`;
  return html`<p class="verdict ${level}">${said}</p>`;
}

function coverage(
  { reachesBackTo, searchedBackTo, gaps }: ExposureAnswer,
  continued: (until: string) => string,
): Html {
  const reach =
    reachesBackTo === undefined
      ? html`The decision log is empty.`
      : html`Log coverage starts at ${time(reachesBackTo)}; earlier downloads are unknown.`;
  return html`<p>${reach}${
    searchedBackTo !== undefined &&
    html` <strong class="word warn">▲ Searched back only to ${time(searchedBackTo)}</strong>: <a href="${continued(searchedBackTo)}" rel="next">continue from there</a>.`
  }</p>
${gaps.length > 0 && html`<p class="word warn">▲ Part of the log could not be read:</p><ul>${gaps.map((gap) => html`<li>${shown(gap)}</li>`)}</ul>`}`;
}

function userRow(user: ExposedUser): Html {
  const { who, isNamed, counts, first, last, addresses, moreAddresses, agents, moreAgents } = user;
  const number = (count: number) => html`<td class="number">${counted(count)}</td>`;
  return html`<tr><th scope="row">${shown(who)}${isNamed && html`<br><span class="soft">${shown(addresses.join(', '))}${andMore(moreAddresses)}</span>`}</th>
${number(counts.whole)}${number(counts.part + counts.early)}${number(counts.had)}${number(counts.prefix)}${number(counts.refused)}${number(counts.locked)}
<td>${time(first)}</td><td>${time(last)}</td><td>${agentsOf(agents)}${andMore(moreAgents)}</td></tr>`;
}

function andMore(more: number): string | undefined {
  return more > 0 ? ` and ${counted(more)} more` : undefined;
}

/** One of those that are the same in short: clients differ in the release of their kernel, for example. */
function agentsOf(agents: readonly string[]): Html[] {
  const different = new Map(agents.map((text) => [shortAgent(text), text]));
  return [...different.values()].map((text, at) => html`${at > 0 && '; '}${agent(text)}`);
}

function fileRow(file: ExposedFile, urlOf: UrlOf): Html {
  const { filename, sha256, requests, clients } = file;
  return html`<tr><th scope="row"><a href="${urlOf(whyPath(file))}">${shown(filename)}</a>${sha256 !== undefined && html`<br><code>${sha256}</code>`}</th>
<td class="number">${counted(requests)}</td><td class="number">${counted(clients)}</td></tr>`;
}
