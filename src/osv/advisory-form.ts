import type { AffectedProject } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import { sentence } from '../domain/sentence.js';
import type { Advisory } from './advisory.js';

/** The supported version of OSV's schema. */
const SCHEMA = '1.7.4';

/** A record in OSV's format (ossf.github.io/osv-schema), with the known fields. */
export interface OsvForm {
  readonly schema_version: string;
  readonly id: string;
  /** RFC 3339. */
  readonly modified: string;
  readonly summary: string;
  readonly details: string;
  readonly aliases?: readonly string[];
  readonly references?: readonly { readonly type: 'ADVISORY' | 'WEB'; readonly url: string }[];
  readonly affected: readonly OsvAffected[];
  readonly database_specific: Readonly<Record<string, string>>;
}

interface OsvAffected {
  readonly package: { readonly ecosystem: 'PyPI'; readonly name: string; readonly purl: string };
  readonly ranges?: readonly {
    readonly type: 'ECOSYSTEM';
    readonly events: readonly Readonly<Record<string, string>>[];
  }[];
  readonly versions?: readonly string[];
}

/** The parts of a record apart from the advisory itself. */
export interface FormContext {
  /** For a record without a time of its own, in milliseconds since 1970. */
  readonly since: number;
  /** The policy revision. */
  readonly revision: string;
  /** Contact for waiver requests. */
  readonly contact: string | undefined;
  /** The URL of a page of the dashboard; undefined if the server's URL is unknown, or the pages are disabled. */
  readonly pageUrl: (advisory: Advisory) => string | undefined;
}

/** Only the identifier and the time, for the response to a batch. */
export function shortForm(advisory: Advisory, { since }: Pick<FormContext, 'since'>) {
  return { id: advisory.id, modified: modifiedOf(advisory, since) };
}

export function osvForm(advisory: Advisory, context: FormContext): OsvForm {
  const { id, hit } = advisory;
  const reason = hit.reason.replace(/ \([\w-]+\)$/, '');
  const url = context.pageUrl(advisory);
  const references = [
    ...(url === undefined ? [] : [{ type: 'ADVISORY' as const, url }]),
    ...webReference(advisory),
  ];
  const alias = advisory.kind === 'policy' ? aliasOf(hit.reference) : undefined;
  return {
    schema_version: SCHEMA,
    id,
    modified: modifiedOf(advisory, context.since),
    summary: advisory.kind === 'feed' ? (advisory.record.summary ?? reason) : reason,
    details: detailsOf(advisory, context),
    ...(alias !== undefined && { aliases: [alias] }),
    ...(references.length > 0 && { references }),
    affected:
      advisory.kind === 'feed' ? advisory.record.affected.map(affectedOf) : [ownAffected(advisory)],
    database_specific: { source: 'wheelgate', rule: hit.rule, policy: context.revision },
  };
}

function modifiedOf(advisory: Advisory, since: number): string {
  const own = advisory.kind === 'feed' ? advisory.record.modified : undefined;
  // Clients parse it as a time, and fail if it is invalid.
  const time = own === undefined ? Number.NaN : Date.parse(own);
  return new Date(Number.isNaN(time) ? since : time).toISOString();
}

function detailsOf({ kind, hit, ...rest }: Advisory, { contact }: FormContext): string {
  const where = 'file' in rest && rest.file !== undefined ? `Seen in ${rest.file.filename}. ` : '';
  const who = kind === 'feed' ? 'a record of the malware feed' : `the policy rule ${hit.rule}`;
  const ask = contact === undefined ? '' : ` Questions and waivers: ${sentence(contact)}`;
  return `${where}Wheelgate refuses this release under ${who}: ${sentence(hit.reason)}${ask}`;
}

/** An identifier of a database, which a denial's reference may be. */
function aliasOf(reference: string | undefined): string | undefined {
  return reference !== undefined && /^[A-Z][A-Za-z]*-[\w.:-]+$/.test(reference)
    ? reference
    : undefined;
}

function webReference({ kind, id, hit }: Advisory): { type: 'WEB'; url: string }[] {
  const url = kind === 'feed' ? `https://osv.dev/vulnerability/${id}` : hit.reference;
  return url !== undefined && /^https?:\/\//.test(url) && URL.canParse(url)
    ? [{ type: 'WEB', url }]
    : [];
}

function affectedOf({ project, versions, spans }: AffectedProject): OsvAffected {
  return {
    package: packageOf(project),
    ...(spans.length > 0 && {
      ranges: [
        {
          type: 'ECOSYSTEM',
          events: spans.flatMap(({ introduced, fixed, last }) => [
            { introduced },
            ...(fixed === undefined ? [] : [{ fixed }]),
            ...(last === undefined ? [] : [{ last_affected: last }]),
          ]),
        },
      ],
    }),
    ...(versions.length > 0 && { versions }),
  };
}

/** An invalid version cannot be compared, so it is in no range. */
function ownAffected({ project, version }: Extract<Advisory, { kind: 'policy' }>): OsvAffected {
  return { package: packageOf(project), ...(version !== undefined && { versions: [version] }) };
}

function packageOf(project: ProjectName): OsvAffected['package'] {
  return { ecosystem: 'PyPI', name: project, purl: `pkg:pypi/${project}` };
}
