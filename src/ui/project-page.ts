import type { AttestationState } from '../dashboard/attestation-state.js';
import type { ClientsSee, ProjectFile, ProjectReport, Show } from '../dashboard/project.js';
import { plainReason } from '../dashboard/verdict-sentence.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import type { Page } from './layout.js';
import { block, expiry, facts, shown, table, time } from './parts.js';
import { reference, type UrlOf, whyPath } from './urls.js';

/** What a reader may go on to from a project's page. */
export interface ProjectLinks {
  /** Whether the project page that package clients get is on this port. */
  readonly simple: boolean;
  /** Whether who was given its files is for this reader. */
  readonly exposure: boolean;
}

/** All files of a project, as they are judged now, and what package clients are shown of them. */
export function projectPage(report: ProjectReport, links: ProjectLinks, urlOf: UrlOf): Page {
  const { project, newest, show, counts } = report;
  return {
    title: project,
    place: undefined,
    main: html`<h1>${project}</h1>
${summary(report)}
${report.stale !== undefined && html`<p class="word warn">▲ ${shown(report.stale)} This is what was seen of the index before.</p>`}
${projectFacts(report)}
<h2>What clients see</h2>
${clientsSee(report)}
<p>${links.simple && html`<a href="${urlOf(['simple', project, ''])}">The project page that they get</a>`}${links.exposure && html` <a href="${urlOf(['exposure'], { project })}">Who was given its files</a>`}</p>
<h2 id="files">Files</h2>
${facets(report, urlOf)}
${counts[show] === 0 ? html`<p>There are none of these.</p>` : files(report, urlOf)}
${pager(report, urlOf)}
<h2>Try another policy on it</h2>
<p>What an edit would make of each file, with what is known of it now:</p>
${block('The command', tryIt(project), { copied: tryIt(project) })}`,
  };
  function summary({ files, releases }: ProjectReport): Html {
    const level = newest === undefined ? 'block' : counts.refused > 0 ? 'warn' : 'allow';
    const refused =
      counts.refused === 0
        ? html`<strong class="word allow">✔ None</strong> of its ${counted(files)} files is refused`
        : html`<strong class="word block">✖ ${counted(counts.refused)}</strong> of its ${counted(files)} files ${counts.refused === 1 ? 'is' : 'are'} refused`;
    const choice =
      newest === undefined
        ? html`no release is left to choose`
        : html`who names no version gets <strong>${newest}</strong>`;
    return html`<p class="verdict ${level}">${refused} (${counted(releases)} ${releases === 1 ? 'release' : 'releases'}); ${choice}.</p>`;
  }
}

function tryIt(project: string): string {
  return `wheelgate explain ${project} --policies FOLDER`;
}

function projectFacts(report: ProjectReport): Html {
  const { index, status, cooldown, policy, counts, firstUpload, resembles } = report;
  const claimed = index.claims
    ? 'yes: no other index is ever asked for it'
    : index.public
      ? 'no: anybody may publish under a name that is free there'
      : 'no';
  return facts(
    [
      ['Index', html`${index.name}${index.public && ' (public)'}`],
      ['Claimed by it', claimed],
      ['Status (PEP 792)', statusOf(status)],
      ['First upload', firstUpload === undefined ? 'the index does not say' : time(firstUpload)],
      ['Name', resembles !== undefined && html`<span class="word warn">▲</span> ${resembles.how}`],
      [
        'Cooldown',
        cooldown === undefined
          ? 'no file is in it'
          : html`${counted(cooldown.files)} ${cooldown.files === 1 ? 'file' : 'files'}, the last until ${time(cooldown.until)}`,
      ],
      [
        'Opened',
        index.inspects
          ? counts.uninspected > 0 &&
            `all but ${counted(counts.uninspected)}: whoever fetches one has it opened`
          : 'no: files of this index are not opened (inspect: false)',
      ],
      ['Judged under policy', html`<code>${policy}</code>`],
    ].filter((entry): entry is [string, Html | string] => entry[1] !== false),
  );
}

function statusOf(status: ProjectReport['status']): Html {
  if (status === undefined) return html`active, for the index says nothing else`;
  return html`${shown(status.status)}${status.reason !== undefined && html`: ${shown(status.reason)}`}`;
}

const SEEN: Readonly<Record<ClientsSee, string>> = {
  listed: 'as the index has it',
  yanked: 'yanked by its index',
  refused: 'yanked, with the reason of the refusal',
  hidden: 'left out',
  'last-resort': 'listed though refused: nothing else is left, and the download says why',
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
  ['uninspected', 'Not opened yet'],
  ['changed', 'Seen otherwise by clients'],
];

function facets({ project, counts, show: current }: ProjectReport, urlOf: UrlOf): Html {
  const path = ['projects', project];
  const link = ([show, label]: (typeof FACETS)[number]) => html`
<li><a href="${urlOf(path, { show: show === 'all' ? undefined : show }, 'files')}"${show === current && html` aria-current="true"`}>${label} (${counted(counts[show])})</a></li>`;
  return html`<nav aria-label="Which files"><ul class="row">${FACETS.map(link)}
</ul></nav>`;
}

function files({ items, page, pages, counted: log, project }: ProjectReport, urlOf: UrlOf): Html {
  const caption = `Files, the newest release first${pages > 1 ? `: page ${page} of ${pages}` : ''}`;
  const heads = ['Version', 'File', 'Verdict', 'Clients see', 'Attested by', 'Asked for here'];
  const coverage = log.busy
    ? html`<p class="soft">What was asked for is not counted just now: the decision log is being searched for others.</p>`
    : html`<p class="soft">Asked for: as far as the decision log tells${
        log.reachesBackTo !== undefined && html`, which reaches back to ${time(log.reachesBackTo)}`
      }${log.searchedBackTo !== undefined && html`; counted back to ${time(log.searchedBackTo)} only`}.</p>`;
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
  'not inspected yet': { word: '○ not opened yet', level: 'soft' },
} as const;

function row(project: string, file: ProjectFile, urlOf: UrlOf): Html {
  const { filename, version, size, uploaded, clientsSee: seen, yanked, downloads } = file;
  const { given, refused, last } = downloads;
  const clients = seen === 'listed' ? '' : seen === 'yanked' ? yankedBy(yanked) : SEEN[seen];
  return html`<tr><th scope="row">${version === undefined ? html`<span class="soft">none</span>` : shown(version)}</th>
<td><a href="${urlOf(whyPath({ project, filename }))}">${shown(filename)}</a><br><span class="soft">${size !== undefined && `${counted(size)} bytes`}${size !== undefined && uploaded !== undefined && ', '}${uploaded !== undefined && time(uploaded)}</span></td>
<td>${verdict(file)}</td><td>${clients}</td><td>${attested(file.attestation)}</td>
<td>${given > 0 && html`${counted(given)} given`}${given > 0 && refused > 0 && ', '}${refused > 0 && html`${counted(refused)} refused`}${last !== undefined && html`<br><span class="soft">last ${time(last)}</span>`}</td></tr>`;
}

function yankedBy(yanked: boolean | string): Html {
  return html`yanked by its index${typeof yanked === 'string' && html`: ${shown(yanked)}`}`;
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
    html`<br><span class="word allow">✔ waived</span> until ${expiry(waiver.expires)} by ${shown(waiver.owner)}: ${shown(waiver.reason)}`
  }`;
}

function attested(state: AttestationState): Html {
  switch (state.kind) {
    case 'attested':
      return html`${state.publishers.join(', ')}`;
    case 'unverifiable':
      return html`<strong class="word block">✖ does not hold</strong>: ${shown(state.reason)}`;
    case 'unreachable':
      return html`could not be looked at`;
    case 'not-verified':
      return html`<span class="soft">somebody, not verified</span>`;
    case 'none':
    case 'unknown':
      return html`<span class="soft">nobody</span>`;
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
