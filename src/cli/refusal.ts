import { expiryText } from '../domain/expiry-text.js';
import { isSettable, type RuleId } from '../domain/rules.js';
import { DAY } from '../policy/terms.js';
import type { Explanation, Facts } from '../verdicts/explain-verdict.js';
import { askServer, locationOf } from './ask-server.js';
import { type Output, UsageError } from './output.js';
import { readRequirement } from './requirement.js';
import { DEFAULT_SERVER, serverUrl } from './server-url.js';

/** A file that the policy of a server refuses, or would if it were not in dry-run. */
export interface Refused {
  readonly file: Explanation & { readonly facts: Facts };
  readonly rule: RuleId;
  readonly reason: string;
  readonly version: string;
}

export interface Refusals {
  readonly project: string;
  readonly files: readonly [Refused, ...Refused[]];
  /** The maximum lifetime of a waiver on that server, in milliseconds; Infinity if unknown. */
  readonly waiverMax: number;
}

export interface RefusalOptions {
  /** Undefined: that of the link, else the usual one. */
  readonly server: string | undefined;
}

interface Explained {
  readonly project: string;
  readonly files: readonly Refused['file'][];
  /** Absent on older servers. */
  readonly waiverMaxDays?: number;
}

/**
 * Requests a server's refusals.
 * @param what a refusal's link (`…/w/ID`, `…/projects/P/files/F`), or PROJECT==VERSION
 * @throws {UsageError} if it is neither, unknown to the server, or not refused
 */
export async function findRefusals(
  what: string,
  { server }: RefusalOptions,
  out: Output,
): Promise<Refusals> {
  const { base, project, filename, versions, withToken } = await placeOf(what, server, out);
  const query = { project, versions, facts: '1' };
  const answer = await askServer<Explained>(base, '/api/v1/explain', query, withToken);
  const files = answer.files.filter((file) => filename === undefined || file.filename === filename);
  if (files.length === 0) throw new UsageError(`${base} has no such file: ${filename ?? what}`);
  const [first, ...rest] = files.flatMap(refusedOf);
  if (first === undefined) throw new UsageError(notRefused(files));
  const waiverMax = (answer.waiverMaxDays ?? Infinity) * DAY;
  return { project: answer.project, files: [first, ...rest], waiverMax };
}

interface Place {
  readonly base: string;
  readonly project: string;
  readonly filename?: string;
  readonly versions?: string;
  readonly withToken: boolean;
}

async function placeOf(what: string, server: string | undefined, out: Output): Promise<Place> {
  if (/^https?:\/\//.test(what)) return ofLink(what, server, out);
  const { project, versions } = readRequirement(what);
  if (versions === undefined || !/^===?\s*[^*,\s]+$/.test(versions.text))
    throw new UsageError(
      `name exactly one version, as in ${project}==1.2.3 (a waiver covers one version)`,
    );
  const base = server ?? DEFAULT_SERVER;
  out.progress(`querying ${what}`);
  return { base, project, versions: versions.text, withToken: true };
}

const LINK =
  /^(?<root>\/(?:.*\/)?)(?:w\/(?<id>[0-9a-f]{10})|projects\/(?<project>[^/]+)\/files\/(?<file>[^/]+))$/;

async function ofLink(link: string, server: string | undefined, out: Output): Promise<Place> {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const parts = url && LINK.exec(url.pathname)?.groups;
  if (url === undefined || parts === undefined)
    throw new UsageError(`not a refusal link (…/w/ID, …/projects/P/files/F): ${link}`);
  const base =
    server === undefined ? `${url.origin}${parts.root!.replace(/\/$/, '')}` : serverUrl(server);
  // A link may come from any source, so its host does not receive the token automatically.
  const withToken =
    server !== undefined || /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (parts.id === undefined)
    return { base, project: decoded(parts.project!), filename: decoded(parts.file!), withToken };
  out.progress(`resolving ${link}`);
  const target = LINK.exec(await locationOf(base, `/w/${parts.id}`, withToken))?.groups;
  if (target?.project === undefined)
    throw new UsageError(`${link} does not resolve to a single file; name PROJECT==VERSION`);
  return { base, project: decoded(target.project), filename: decoded(target.file!), withToken };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new UsageError(`not a link path: ${segment}`);
  }
}

function refusedOf(file: Refused['file']): Refused[] {
  const { version, hits } = file;
  const blocking = hits.filter(({ action, waived }) => action === 'block' && !waived);
  return blocking.flatMap(({ rule, reason }) => {
    if (version === undefined && isSettable(rule))
      throw new UsageError(`the version of ${file.filename} is invalid, so no waiver applies`);
    return [{ file, rule, reason, version: version ?? '' }];
  });
}

function notRefused(files: readonly Refused['file'][]): string {
  const said = files.map(inWords).join('; ');
  return files.every(({ waiver }) => waiver !== undefined) ? said : `no refusal for ${said}`;
}

function inWords({ filename, waiver, standing }: Refused['file']): string {
  return waiver === undefined
    ? `${filename} (${standing})`
    : `${filename} is already waived until ${expiryText(waiver.expires)} by ${waiver.owner}`;
}
