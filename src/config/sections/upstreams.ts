import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { ProjectGlob } from '../../domain/project-glob.js';
import { projectGlob } from '../../yaml/values.js';
import { camelCased } from '../camel-case.js';
import { PYPI_FILES, PYPI_INDEX } from '../defaults.js';
import { hostPattern, pageUrl, section, shortName, time, withSlash } from '../terms.js';

/** Statuses about the client or its request rate. */
const NEVER_ABSENT = new Set([401, 407, 408, 425, 429]);

const PASSWORDS = ['password', 'password-file', 'password-command'] as const;

/** In a list, where paths are not made absolute automatically. */
const absolutePath = () =>
  z.string().refine(isAbsolute, { error: 'expected an absolute path such as /run/secrets/token' });

const upstream = z.strictObject({
  name: shortName().describe('Name in policies, logs and metrics.'),
  url: pageUrl()
    .describe('URL of the simple index or flat page. Default for the last upstream: PyPI.')
    .optional(),
  format: z
    .enum(['simple', 'flat'])
    .describe('flat: one page or folder listing with the files of all projects.')
    .prefault('simple'),
  files: z
    .array(hostPattern())
    .describe('Additional hosts that files may come from. *. matches all subdomains.')
    .optional(),
  claims: z
    .array(projectGlob())
    .describe('Projects that are looked up only here. * matches any characters.')
    .prefault([]),
  auth: z
    .strictObject({
      username: z.string().min(1).describe('User name. Some indexes expect __token__.'),
      // A separate message, because the usual ones quote the value.
      password: z
        .string({ error: 'expected text; put it in quotes' })
        .min(1)
        .describe('Password or token. Reference a variable to keep it out of the file.')
        .optional(),
      'password-file': absolutePath()
        .describe('A file with the password, reloaded when it changes.')
        .optional(),
      'password-command': z
        .array(z.string())
        .min(1)
        .describe('A program with its arguments that prints a token and its expiry.')
        .optional(),
    })
    .superRefine((auth, context) => {
      const given = PASSWORDS.filter((key) => auth[key] !== undefined);
      if (given.length !== 1)
        context.addIssue(`expected one of ${PASSWORDS.join(', ')} with "username"`);
    })
    .describe("Basic authentication, sent only to the index's host.")
    .optional(),
  tls: z
    .strictObject({
      cert: absolutePath().describe('Client certificate with its chain, PEM.'),
      key: absolutePath().describe('Its private key, PEM.'),
    })
    .describe('Client certificate for the index.')
    .optional(),
  inspect: z.boolean().describe('false: do not inspect files of this upstream.').prefault(true),
  absent: z
    .array(
      z.int().refine((status) => status >= 400 && status < 500 && !NEVER_ABSENT.has(status), {
        error: 'expected a status such as 403 that means "no such project"',
      }),
    )
    .describe('Additional statuses that mean "no such project", next to 404 and 410.')
    .prefault([]),
  unhashed: z
    .enum(['refuse', 'pin'])
    .describe('Files without a sha256, sha384 or sha512. pin: pin the first bytes received.')
    .prefault('refuse'),
  reuploads: z
    .enum(['refuse', 'accept'])
    .describe(
      'Replaced files. refuse: refuse a file whose digest changes after its first download. accept: record the change.',
    )
    .prefault('refuse'),
  public: z
    .boolean()
    .describe(
      'Whether the index is open to the public for publishing. Default: true for the last upstream.',
    )
    .optional(),
  timeouts: section(
    {
      connect: time().describe('To connect.').prefault('10s'),
      headers: time().describe('Timeout for the response headers.').prefault('30s'),
      body: time().describe('Timeout between two parts of a response body.').prefault('60s'),
      page: time().describe('Total timeout for a project page.').prefault('60s'),
    },
    'Timeouts.',
  ),
});

export const upstreamsSection = z
  .array(upstream)
  .min(1)
  .superRefine((upstreams, context) => {
    const issue = (message: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path });
    const last = upstreams.length - 1;
    const claimed = new Map<string, string>();
    const names = new Set<string>();
    for (const [index, { name, url, format, claims, public: open }] of upstreams.entries()) {
      // Its name is also a folder's name, and Windows and macOS ignore case.
      const folder = name.toLowerCase();
      if (names.has(folder))
        issue(`duplicate upstream name ${JSON.stringify(name)} (ignoring case)`, index, 'name');
      names.add(folder);
      if (url === undefined && index !== last)
        issue('only the last upstream may omit "url" (default: PyPI)', index);
      if (url === undefined && format === 'flat' && index === last)
        issue('expected "url" beside "format: flat"', index, 'format');
      if (open === true && index !== last)
        issue('only the last upstream can be public', index, 'public');
      for (const [at, claim] of claims.entries()) {
        const other = claimed.get(claim);
        if (other !== undefined)
          issue(`${claim} is claimed by ${JSON.stringify(other)} already`, index, 'claims', at);
        else claimed.set(claim, name);
      }
    }
  })
  .describe('The upstream indexes. The last is the public one.')
  .prefault([{ name: 'pypi', url: PYPI_INDEX, files: [PYPI_FILES] }]);

export interface UpstreamConfig {
  readonly name: string;
  /** Of the simple index, which ends with a slash; or of the flat page. */
  readonly url: string;
  readonly format: 'simple' | 'flat';
  /** Hosts (with their port unless it is the scheme's default), in addition to the index's. */
  readonly files: readonly string[];
  readonly claims: readonly ProjectGlob[];
  readonly auth:
    | {
        readonly username: string;
        readonly password?: string | undefined;
        readonly passwordFile?: string | undefined;
        readonly passwordCommand?: readonly string[] | undefined;
      }
    | undefined;
  /** Paths of our certificate and its key, for an index that asks for one. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly inspect: boolean;
  /** The treatment of files without a valid digest; `pin` keeps the first bytes. */
  readonly unhashed: 'refuse' | 'pin';
  /** The treatment of bytes that differ from a file's first ones. */
  readonly reuploads: 'refuse' | 'accept';
  readonly public: boolean;
  /** Statuses for a missing project, in addition to 404 and 410. */
  readonly absent: readonly number[];
  readonly timeouts: {
    readonly connect: number;
    readonly headers: number;
    readonly body: number;
    readonly page: number;
  };
}

/** @param publicUrl the setting `upstream`, which is the last one's URL */
export function toUpstreams(
  upstreams: z.output<typeof upstreamsSection>,
  publicUrl: string | undefined,
): UpstreamConfig[] {
  return upstreams.map(({ url, files, auth, public: isPublic, ...rest }, index) => {
    const last = index === upstreams.length - 1;
    const written = (last ? publicUrl : undefined) ?? url ?? PYPI_INDEX;
    const open = isPublic ?? last;
    return {
      ...rest,
      url: rest.format === 'flat' ? written : withSlash(written),
      // A mirror often serves PyPI's pages unchanged, with links to PyPI's files.
      files: files ?? (open ? [PYPI_FILES] : []),
      auth: auth && camelCased(auth),
      public: open,
    };
  });
}
