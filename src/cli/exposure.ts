import { parseSha256 } from '../domain/digest.js';
import {
  type Exposed,
  type Exposure,
  type ExposureQuestion,
  exposureIn,
  queryOf,
} from '../exposure/exposure.js';
import { askServer } from './ask-server.js';
import { counted } from './counted.js';
import { csvLine } from './csv.js';
import { EXIT, type Output, UsageError } from './output.js';
import { readRequirement } from './requirement.js';
import { searchLog } from './search-log.js';

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
 * `wheelgate exposure`: who was given which file, from the decision log; exit code 1 where anybody was, 2 where the
 * log holds more than could be read or listed.
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
      ? await askServer<Exposure>(options.server, '/api/v1/exposure', parametersOf(question))
      : await searchFiles(options.log, question);
  if (options.json === true) out.line(JSON.stringify(exposure, null, 2));
  else if (options.csv === true) showCsv(exposure, out);
  else showTable(exposure, out);
  for (const gap of exposure.gaps) out.problem(`this answer is not complete: ${gap}`);
  if (exposure.truncated)
    out.problem('there are more requests: --log, without a server, lists all');
  if (exposure.incomplete || exposure.truncated) return EXIT.unclear;
  return exposure.clients.length > 0 ? EXIT.refused : EXIT.fine;
}

function readQuestion(what: string | undefined, options: ExposureOptions): ExposureQuestion {
  const requirement = what === undefined ? undefined : readRequirement(what);
  const sha256 =
    options.sha256 === undefined ? undefined : parseSha256(options.sha256.toLowerCase());
  if (options.sha256 !== undefined && sha256 === undefined)
    throw new UsageError('--sha256 needs 64 hexadecimal digits');
  if (requirement === undefined && sha256 === undefined)
    throw new UsageError('name a project, as in litellm==1.82.8, or --sha256');
  const since = options.since === undefined ? undefined : Date.parse(options.since);
  if (Number.isNaN(since))
    throw new UsageError(`--since needs a time, as in 2026-03-24T10:00Z, not ${options.since}`);
  return { ...requirement, sha256, since, refused: options.refused };
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

async function searchFiles(place: string, question: ExposureQuestion): Promise<Exposure> {
  return exposureIn(await searchLog(place, queryOf(question)), question);
}

const COLUMNS = [
  'time',
  'client',
  'forwarded',
  'user',
  'delivery',
  'bytes',
  'upstream',
  'project',
  'version',
  'filename',
  'sha256',
  'userAgent',
] as const satisfies readonly (keyof Exposed)[];

function showCsv({ requests }: Exposure, out: Output): void {
  out.line(csvLine(COLUMNS));
  for (const request of requests) out.line(csvLine(COLUMNS.map((column) => request[column])));
}

const DELIVERIES: Readonly<Record<Exposed['delivery'], string>> = {
  whole: 'the whole file',
  part: 'part of the file',
  early: 'part of the file, before its verdict',
  had: 'had it already',
  prefix: 'its beginning, then refused',
  refused: 'nothing: refused',
};

function showTable({ requests, clients, reachesBackTo }: Exposure, out: Output): void {
  for (const request of requests) {
    const { time, client, forwarded, user, delivery, filename, userAgent } = request;
    const who = [forwarded ?? client, user].filter(Boolean).join('  ');
    out.line(`${time}  ${who}  ${DELIVERIES[delivery]}`);
    out.line(`    ${filename}${userAgent === undefined ? '' : `  ${plain(userAgent)}`}`);
  }
  const given = requests.filter(({ delivery }) => delivery !== 'refused');
  const parts = given.filter(({ delivery }) => delivery !== 'whole' && delivery !== 'had').length;
  const downloads = counted(given.length - parts, 'download');
  const inParts = parts === 0 ? '' : ` and ${counted(parts, 'part')}`;
  if (given.length > 0) out.line(`${downloads}${inParts} by ${counted(clients.length, 'client')}`);
  else out.line('nobody was given it');
  out.line(
    reachesBackTo === undefined
      ? 'the log is empty'
      : `the log reaches back to ${reachesBackTo}; it does not tell of what came before`,
  );
}

/** A client chose this text: it must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
