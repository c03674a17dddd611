import { parseSha256 } from '../domain/digest.js';
import { AN_INSTANT, parseInstant } from '../domain/instant.js';
import { counted } from '../domain/plural.js';
import { shortAgent } from '../domain/short-agent.js';
import { clientOf, isGiven } from '../exposure/delivery.js';
import {
  EXPOSED_COLUMNS,
  type Exposed,
  type Exposure,
  type ExposureQuestion,
  exposureIn,
  queryOf,
} from '../exposure/exposure.js';
import { csvLine } from '../runtime/csv.js';
import { askServer } from './ask-server.js';
import { EXIT, type Output, UsageError } from './output.js';
import { readRequirement } from './requirement.js';
import { searchLog } from './search-log.js';
import { columnsOf, copied, HANG, padded, type Style, styled } from './words.js';

export interface ExposureOptions {
  readonly server: string;
  /** A decision log's file or folder: asked instead of a server. */
  readonly log?: string;
  readonly sha256?: string;
  readonly since?: string;
  readonly refused?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/**
 * `wheelgate exposure`: lists the recipients of a file, from the decision log. Exit code 1 if there are any, 2 if the
 * log is empty, or exceeds the limits for reading or listing.
 */
export async function runExposure(
  what: string | undefined,
  options: ExposureOptions,
  out: Output,
): Promise<number> {
  const question = readQuestion(what, options);
  out.progress('searching the decision log');
  const exposure =
    options.log === undefined
      ? await askWhole(options.server, question, out)
      : await searchFiles(options.log, question, out);
  if (options.json === true) out.json(exposure);
  else if (options.csv === true) showCsv(exposure, out);
  else showTable(exposure, out);
  for (const gap of exposure.gaps) out.problem(`this report is incomplete: ${gap}`);
  if (exposure.truncated)
    out.problem('the list is truncated: use --log without a server to list all requests');
  if (exposure.incomplete || exposure.truncated) return EXIT.unclear;
  // An empty log does not show that a file was not delivered.
  if (exposure.reachesBackTo === undefined) return EXIT.unclear;
  return exposure.clients.length > 0 ? EXIT.refused : EXIT.fine;
}

function readQuestion(what: string | undefined, options: ExposureOptions): ExposureQuestion {
  const requirement = what === undefined ? undefined : readRequirement(what);
  const sha256 =
    options.sha256 === undefined ? undefined : parseSha256(options.sha256.toLowerCase());
  if (options.sha256 !== undefined && sha256 === undefined)
    throw new UsageError('--sha256 needs 64 hexadecimal digits');
  if (requirement === undefined && sha256 === undefined)
    throw new UsageError('specify a project, such as litellm==1.82.8, or --sha256');
  const since = options.since === undefined ? undefined : parseInstant(options.since);
  if (options.since !== undefined && since === undefined)
    throw new UsageError(`--since must be ${AN_INSTANT}, not ${options.since}`);
  // No downloads since tomorrow would look like an all-clear.
  if (since !== undefined && since > Date.now())
    throw new UsageError(`--since is in the future: ${options.since}`);
  return { ...requirement, sha256, since, refused: options.refused };
}

/** An answer of the server; an older one has always searched all of its log. */
type Answer = Exposure & {
  readonly searchedBackTo?: string;
  readonly identities?: 'shown' | 'hidden';
};

/** Asks on for as long as the server answers in parts: each searches further back. */
async function askWhole(
  server: string,
  question: ExposureQuestion,
  out: Output,
): Promise<Exposure> {
  let whole: Answer | undefined;
  for (let until: string | undefined; ; ) {
    const query = { ...parametersOf(question), until };
    const part = await askServer<Answer>(server, '/api/v1/exposure', query);
    whole = whole === undefined ? part : joined(part, whole);
    const { searchedBackTo } = part;
    if (searchedBackTo === undefined || (until !== undefined && searchedBackTo >= until)) break;
    until = searchedBackTo;
    out.progress(`searched the decision log back to ${until}`);
  }
  if (whole.identities === 'hidden' && whole.requests.length > 0)
    out.problem(
      "identities are hidden (dashboard.identities); use --log on the server's machine to show them",
    );
  return whole;
}

/** @param earlier the answer that was asked for later, for it reaches further back */
function joined(earlier: Answer, later: Answer): Answer {
  const { searchedBackTo: _, truncated: _t, ...rest } = later;
  return {
    ...rest,
    requests: [...earlier.requests, ...later.requests],
    clients: [...new Set([...earlier.clients, ...later.clients])],
    ...(earlier.searchedBackTo !== undefined && { truncated: true as const }),
    ...((earlier.incomplete || later.incomplete) && { incomplete: true as const }),
    gaps: [...new Set([...earlier.gaps, ...later.gaps])],
  };
}

function parametersOf({ project, versions, sha256, since, refused }: ExposureQuestion) {
  return {
    project,
    versions: versions?.text,
    sha256,
    since: since === undefined ? undefined : new Date(since).toISOString(),
    refused: refused === true ? '1' : undefined,
  };
}

async function searchFiles(
  place: string,
  question: ExposureQuestion,
  out: Output,
): Promise<Exposure> {
  return exposureIn(await searchLog(place, queryOf(question), out), question);
}

function showCsv({ requests }: Exposure, out: Output): void {
  out.line(copied(csvLine(EXPOSED_COLUMNS)));
  for (const request of requests)
    out.line(copied(csvLine(EXPOSED_COLUMNS.map((column) => request[column]))));
}

const DELIVERIES: Readonly<Record<Exposed['delivery'], string>> = {
  whole: 'the whole file',
  part: 'part of the file',
  early: 'part of the file, before the verdict',
  had: 'not modified (already had it)',
  prefix: 'partial, cut off by a refusal',
  refused: 'nothing: refused',
  locked: 'locked or installed (query only)',
};

const STYLES: Readonly<Record<Exposed['delivery'], Style>> = {
  whole: 'bad',
  part: 'bad',
  early: 'bad',
  had: 'bad',
  prefix: 'warning',
  refused: 'good',
  locked: 'warning',
};

/** A release that is locked has no file. */
function nameOf({ filename, project, version }: Exposed): string {
  return filename || `${project}==${version}`;
}

function showTable({ requests, clients, reachesBackTo }: Exposure, out: Output): void {
  const whos = requests.map(({ client, forwarded, user }) =>
    [forwarded ?? client, user].filter(Boolean).join('  '),
  );
  // In a pipe each line is as it would be alone.
  const width = out.width === undefined ? 0 : Math.max(...whos.map(columnsOf), 0);
  for (const [index, request] of requests.entries()) {
    const { time, delivery, userAgent } = request;
    const what = styled(STYLES[delivery], DELIVERIES[delivery]);
    out.line(time, '  ', HANG, padded(whos[index]!, width), '  ', what);
    const agent = userAgent === undefined ? '' : `  ${shortAgent(userAgent)}`;
    out.line('    ', nameOf(request), styled('quiet', agent));
  }
  const given = requests.filter(isGiven);
  const parts = given.filter(({ delivery }) => delivery !== 'whole' && delivery !== 'had').length;
  const downloads = counted(given.length - parts, 'download');
  const inParts = parts === 0 ? '' : ` and ${counted(parts, 'part')}`;
  if (given.length > 0)
    out.line(styled('bad', `${downloads}${inParts} by ${counted(clients.length, 'client')}`));
  else out.line(styled('good', 'no downloads'));
  const locked = requests.filter(({ delivery }) => delivery === 'locked');
  if (locked.length > 0)
    out.line(
      styled(
        'warning',
        `${counted(new Set(locked.map(clientOf)).size, 'client')} queried it from a lock or an environment`,
      ),
    );
  out.line(
    reachesBackTo === undefined
      ? 'the decision log is empty'
      : `log coverage starts at ${reachesBackTo}; earlier downloads are unknown`,
  );
}
