import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { ProjectGlob } from '../../domain/project-glob.js';
import { projectGlob } from '../../yaml/values.js';
import { camelCased } from '../camel-case.js';
import { PYPI_FILES, PYPI_INDEX } from '../defaults.js';
import { hostPattern, pageUrl, section, time, withSlash } from '../terms.js';

/** Those that speak of who asks, or how often. */
const NEVER_ABSENT = new Set([401, 407, 408, 425, 429]);

const PASSWORDS = ['password', 'password-file', 'password-command'] as const;

/** Within a list, where nobody makes a path absolute. */
const absolutePath = () =>
  z.string().refine(isAbsolute, { error: 'expected an absolute path such as /run/secrets/token' });

const upstream = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'expected a short name of letters, digits, ., _ and -')
    .describe('How policies, logs and metrics call it.'),
  url: pageUrl()
    .describe("The simple index, or the flat page. The last upstream's default is PyPI's.")
    .optional(),
  format: z
    .enum(['simple', 'flat'])
    .describe('flat: one page, or the listing of a folder, with the files of all projects.')
    .prefault('simple'),
  files: z
    .array(hostPattern())
    .describe(
      "Hosts that files may come from, beside the index's own; *. stands for all below one.",
    )
    .optional(),
  claims: z
    .array(projectGlob())
    .describe('Projects that are only ever looked up here; * stands for any characters.')
    .prefault([]),
  auth: z
    .strictObject({
      username: z.string().min(1).describe('The user; __token__ at some indexes.'),
      // Its own words, for the usual ones quote what stands there.
      password: z
        .string({ error: 'expected text; put it in quotes' })
        .min(1)
        .describe('The password or token; a reference to a variable keeps it out of the file.')
        .optional(),
      'password-file': absolutePath()
        .describe('A file that holds it, read again when it changes.')
        .optional(),
      'password-command': z
        .array(z.string())
        .min(1)
        .describe('A program and its arguments that print a token, and until when it holds.')
        .optional(),
    })
    .superRefine((auth, context) => {
      const given = PASSWORDS.filter((key) => auth[key] !== undefined);
      if (given.length !== 1)
        context.addIssue(`expected one of ${PASSWORDS.join(', ')} beside "username"`);
    })
    .describe('Basic authentication, sent to the index and to its own host only.')
    .optional(),
  tls: z
    .strictObject({
      cert: absolutePath().describe('Our certificate with its chain, PEM.'),
      key: absolutePath().describe('Its private key, PEM.'),
    })
    .describe('For an index that asks for a certificate.')
    .optional(),
  inspect: z.boolean().describe('false: files of this upstream are not opened.').prefault(true),
  absent: z
    .array(
      z.int().refine((status) => status >= 400 && status < 500 && !NEVER_ABSENT.has(status), {
        error: 'expected a status such as 403 by which it says that it has no such project',
      }),
    )
    .describe('Statuses that mean, beside 404 and 410, that it has no such project.')
    .prefault([]),
  unhashed: z
    .enum(['refuse', 'pin'])
    .describe('Files without sha256, sha384 or sha512. pin: the first bytes seen are the file.')
    .prefault('refuse'),
  reuploads: z
    .enum(['refuse', 'accept'])
    .describe(
      'Files that the index replaces. refuse: a file stays what its first bytes here were. accept: the change is recorded. Default: nothing is kept to compare with.',
    )
    .optional(),
  public: z
    .boolean()
    .describe('Whether anybody can publish there. Default: true for the last upstream, else false.')
    .optional(),
  timeouts: section(
    {
      connect: time().describe('To connect.').prefault('10s'),
      headers: time().describe("To the answer's first line.").prefault('30s'),
      body: time().describe('Between two parts of an answer.').prefault('60s'),
      page: time().describe('For a project page in all.').prefault('60s'),
    },
    'How long to wait.',
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
      // Its name is a folder's, too, and on Windows and macOS two that differ in case alone would be one.
      const folder = name.toLowerCase();
      if (names.has(folder))
        issue(
          `a second upstream named ${JSON.stringify(name)} (case does not count)`,
          index,
          'name',
        );
      names.add(folder);
      if (url === undefined && index !== last)
        issue('only the last upstream can do without "url"; it is PyPI then', index);
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
  .describe('The indexes behind Wheelgate; the last is the public one.')
  .prefault([{ name: 'pypi', url: PYPI_INDEX, files: [PYPI_FILES] }]);

export interface UpstreamConfig {
  readonly name: string;
  /** Of the simple index, which ends with a slash; or of the flat page. */
  readonly url: string;
  readonly format: 'simple' | 'flat';
  /** Hosts (with their port where it is not the scheme's own), beside the index's. */
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
  /** What is done with files without a digest that holds; `pin` keeps the first bytes. */
  readonly unhashed: 'refuse' | 'pin';
  /** What is done with other bytes than a file's first ones. */
  readonly reuploads: 'refuse' | 'accept' | 'unwatched';
  readonly public: boolean;
  /** Statuses beside 404 and 410 by which it says that it has no such project. */
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
  return upstreams.map(({ url, files, auth, public: isPublic, reuploads, ...rest }, index) => {
    const last = index === upstreams.length - 1;
    const written = (last ? publicUrl : undefined) ?? url ?? PYPI_INDEX;
    const open = isPublic ?? last;
    return {
      ...rest,
      reuploads: reuploads ?? 'unwatched',
      url: rest.format === 'flat' ? written : withSlash(written),
      // A mirror often serves PyPI's pages as they are, and these send clients to PyPI's files.
      files: files ?? (open ? [PYPI_FILES] : []),
      auth: auth && camelCased(auth),
      public: open,
    };
  });
}
