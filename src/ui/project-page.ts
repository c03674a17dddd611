import type { AttestationState } from '../dashboard/attestation-state.js';
import type { ClientsSee, ProjectFile, ProjectReport, Show } from '../dashboard/project.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import { plural } from '../domain/plural.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { block, expiry, facts, shown, table, time } from './parts.js';
import { reference, type UrlOf, whyPath } from './urls.js';

/** The links from a project's page that the reader may use. */
export interface ProjectLinks {
  /** Whether the project page for package clients is on this port. */
  readonly simple: boolean;
  /** Whether the reader may see who downloaded its files. */
  readonly exposure: boolean;
}

/** All files of a project with their present verdicts, and their state on the page for package clients. */
export function projectPage(report: ProjectReport, links: ProjectLinks, urlOf: UrlOf): Page {
  const { project, newest, show, counts } = report;
  return {
    title: project,
    place: undefined,
    main: html`<h1>${project}</h1>
${summary(report)}
${report.stale !== undefined && html`<p class="word warn">▲ ${shown(report.stale)} The last known page is shown.</p>`}
${projectFacts(report)}
<h2>What clients see</h2>
${clientsSee(report)}
<p>${links.simple && html`<a href="${urlOf(['simple', project, ''])}">Project page for clients</a>`}${links.exposure && html` <a href="${urlOf(['exposure'], { project })}">Exposure</a>`}</p>
<h2 id="files">Files</h2>
${facets(report, urlOf)}
${counts[show] === 0 ? html`<p>None.</p>` : files(report, urlOf)}
${pager(report, urlOf)}
<h2>Try another policy on it</h2>
<p>Show how an edit would judge each file:</p>
${block('The command', tryIt(project), { copied: tryIt(project) })}`,
  };
  function summary({ files, releases }: ProjectReport): Html {
    const level = newest === undefined ? 'block' : counts.refused > 0 ? 'warn' : 'allow';
    const refused =
      counts.refused === 0
        ? html`<strong class="word allow">✔ 0</strong> of ${counted(files)} ${plural(files, 'file')} refused`
        : html`<strong class="word block">✖ ${counted(counts.refused)}</strong> of ${counted(files)} ${plural(files, 'file')} refused`;
    const choice =
      newest === undefined
        ? html`no release is available`
        : html`clients without a version pin get <strong>${newest}</strong>`;
    return html`<p class="verdict ${level}">${refused} (${counted(releases)} ${plural(releases, 'release')}); ${choice}.</p>`;
  }
}

function tryIt(project: string): string {
  return `wheelgate explain ${project} --policies FOLDER`;
}

function projectFacts(report: ProjectReport): Html {
  const { index, status, cooldown, policy, counts, firstUpload, resembles } = report;
  const claimed = index.claims
    ? 'yes: no other index is queried for it'
    : index.public
      ? 'no: the public can register unused names there'
      : 'no';
  return facts(
    [
      ['Index', html`${index.name}${index.public && ' (public)'}`],
      ['Claimed', claimed],
      ['Status (PEP 792)', statusOf(status)],
      ['First upload', firstUpload === undefined ? 'the index does not say' : time(firstUpload)],
      ['Name', resembles !== undefined && html`<span class="word warn">▲</span> ${resembles.how}`],
      [
        'Cooldown',
        cooldown === undefined
          ? 'no files'
          : html`${counted(cooldown.files)} ${plural(cooldown.files, 'file')}, the last one until ${time(cooldown.until)}`,
      ],
      [
        'Inspected',
        index.inspects
          ? counts.uninspected > 0 &&
            `all but ${counted(counts.uninspected)}; downloads inspect them`
          : 'no: files of this index are not inspected (inspect: false)',
      ],
      ['Judged under policy', html`<code>${policy}</code>`],
    ].filter((entry): entry is [string, Html | string] => entry[1] !== false),
  );
}

function statusOf(status: ProjectReport['status']): Html {
  if (status === undefined) return html`active (default)`;
  return html`${shown(status.status)}${status.reason !== undefined && html`: ${shown(status.reason)}`}`;
}

const SEEN: Readonly<Record<ClientsSee, string>> = {
  listed: 'as listed by the index',
  yanked: 'yanked at the index',
  refused: 'yanked, with the reason of the refusal',
  hidden: 'hidden',
  'last-resort':
    'listed though refused: no other release is available, and the download returns the reason',
};

function clientsSee({ clientsSee: counts }: ProjectReport): Html {
  const kinds = (Object.keys(SEEN) as ClientsSee[]).filter((kind) => counts[kind] > 0);
  return html`<ul>${kinds.map((kind) => html`<li>${counted(counts[kind])} ${SEEN[kind]}</li>`)}</ul>`;
}

const FACETS: readonly (readonly [show: Show, label: string])[] = [
  ['all', 'All'],
  ['refused', 'Refused'],
  ['warned', 'Warned'],
  ['waived', 'Waived'],
  ['uninspected', 'Not inspected yet'],
  ['changed', 'Shown differently to clients'],
];

function facets({ project, counts, show: current }: ProjectReport, urlOf: UrlOf): Html {
  const path = ['projects', project];
  const link = ([show, label]: (typeof FACETS)[number]) => html`
<li><a href="${urlOf(path, { show: show === 'all' ? undefined : show }, 'files')}"${show === current && html` aria-current="true"`}>${label} (${counted(counts[show])})</a></li>`;
  return html`<nav aria-label="Which files"><ul class="row">${FACETS.map(link)}
</ul></nav>`;
}

function files({ items, page, pages, counted: log, project }: ProjectReport, urlOf: UrlOf): Html {
  const caption = `Files, newest release first${pages > 1 ? `: page ${page} of ${pages}` : ''}`;
  const heads = ['Version', 'File', 'Verdict', 'Clients see', 'Attested by', 'Downloads'];
  const coverage = log.busy
    ? html`<p class="soft">Downloads are not counted: too many decision log searches are running.</p>`
    : html`<p class="soft">Downloads in the decision log${
        log.reachesBackTo !== undefined && html`, which starts at ${time(log.reachesBackTo)}`
      }${log.searchedBackTo !== undefined && html`; counted back only to ${time(log.searchedBackTo)}`}.</p>`;
  return html`${table(
    caption,
    heads,
    items.map((file) => row(project, file, urlOf)),
  )}
${coverage}`;
}

const VERDICTS = {
  block: { word: '✖ refused', level: 'block' },
  warn: { word: '▲ warned', level: 'warn' },
  allow: { word: '✔ allowed', level: 'allow' },
  'not inspected yet': { word: '○ not inspected yet', level: 'soft' },
} as const;

function row(project: string, file: ProjectFile, urlOf: UrlOf): Html {
  const { filename, version, size, uploaded, clientsSee: seen, yanked, downloads } = file;
  const { given, refused, last } = downloads;
  const clients = seen === 'listed' ? '' : seen === 'yanked' ? yankedBy(yanked) : SEEN[seen];
  return html`<tr><th scope="row">${version === undefined ? html`<span class="soft">none</span>` : shown(version)}</th>
<td><a href="${urlOf(whyPath({ project, filename }))}">${shown(filename)}</a><br><span class="soft">${size !== undefined && `${counted(size)} ${plural(size, 'byte')}`}${size !== undefined && uploaded !== undefined && ', '}${uploaded !== undefined && time(uploaded)}</span></td>
<td>${verdict(file)}</td><td>${clients}</td><td>${attested(file.attestation)}</td>
<td>${given > 0 && html`${counted(given)} downloaded`}${given > 0 && refused > 0 && ', '}${refused > 0 && html`${counted(refused)} refused`}${last !== undefined && html`<br><span class="soft">last ${time(last)}</span>`}</td></tr>`;
}

function yankedBy(yanked: boolean | string): Html {
  return html`yanked at the index${typeof yanked === 'string' && html`: ${shown(yanked)}`}`;
}

function verdict(file: ProjectFile): Html {
  const { standing, verdict: outcome, rule, reason, reference: see, until, waiver, dryRun } = file;
  const { word, level } = VERDICTS[standing];
  const warned = standing === 'not inspected yet' && outcome === 'warn';
  return html`<strong class="word ${level}">${word}</strong>${warned && html` <strong class="word warn">▲ warned</strong>`}${dryRun && html` <span class="word warn">dry-run</span>`}${
    rule !== undefined && html`<br><code>${rule}</code>: ${shown(plainReason(reason, rule))}`
  }${
    file.probe === true && html`<br><span class="soft">seen by a probe only</span>`
  }${see !== undefined && html` (${reference(see)})`}${until !== undefined && html`<br>until ${time(until)}`}${
    waiver !== undefined &&
    html`<br><span class="word allow">✔ ${waiver.rule === rule ? '' : html`<code>${waiver.rule}</code> `}waived</span> until ${expiry(waiver.expires)} by ${shown(waiver.owner)}: ${shown(waiver.reason)}`
  }`;
}

function attested(state: AttestationState): Html {
  switch (state.kind) {
    case 'attested':
      return html`${state.publishers.join(', ')}`;
    case 'unverifiable':
      return html`<strong class="word block">✖ invalid</strong>: ${shown(state.reason)}`;
    case 'unreachable':
      return html`could not be verified`;
    case 'not-verified':
      return html`<span class="soft">not verified</span>`;
    case 'none':
    case 'unknown':
      return html`<span class="soft">none</span>`;
  }
}

function pager({ project, page, pages, show }: ProjectReport, urlOf: UrlOf): Html | undefined {
  if (pages === 1) return undefined;
  const link = (to: number, text: string, rel: string) => {
    const query = { show: show === 'all' ? undefined : show, page: String(to) };
    return html`<li><a href="${urlOf(['projects', project], query, 'files')}" rel="${rel}">${text}</a></li>`;
  };
  return html`<nav aria-label="More files"><ul class="row">
${page > 1 && link(page - 1, '← Newer', 'prev')}
<li>Page ${page} of ${pages}</li>
${page < pages && link(page + 1, 'Older →', 'next')}
</ul></nav>`;
}
