import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseNameGlob } from '../domain/name-glob.js';
import { duration, parsedBy, size } from '../yaml/fields.js';
import { PYPI } from './pypi.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** `127.0.0.1:8080`, `[::]:8080`, `:8080`. */
const listen = parsedBy((text) => {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]\s]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new RangeError(`expected HOST:PORT, found ${JSON.stringify(text)}`);
  return { host: match[1] === '' ? '0.0.0.0' : match[1]!.replace(/^\[|\]$/g, ''), port };
});

const httpUrl = parsedBy((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new RangeError(`expected an http or https URL, found ${JSON.stringify(text)}`);
  if (url.username !== '' || url.password !== '')
    throw new RangeError('credentials do not belong into a URL: use auth');
  return url.href;
});

const indexUrl = httpUrl.transform((url) => (url.endsWith('/') ? url : `${url}/`));

export const upstreamSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      'expected a short name of a-z, 0-9, dot, hyphen, underscore',
    )
    .describe('Names it in logs, metrics and policies.'),
  url: indexUrl.describe('The simple index (PEP 503, 691).'),
  files: z
    .array(z.string().regex(/^[^/@\s]+$/, 'expected a host, or host:port'))
    .default([])
    .describe("Further hosts that its files may come from; the index's own is always one."),
  claims: z
    .array(parsedBy(parseNameGlob))
    .default([])
    .describe('Project names, or globs, that are looked up here and nowhere else.'),
  auth: z
    .strictObject({ username: z.string(), password: z.string() })
    .optional()
    .describe("Basic credentials, sent to the index's own origin only."),
  public: z
    .boolean()
    .optional()
    .describe(
      'Whether anybody can publish there. Where nothing is said, the last upstream is public.',
    ),
  timeout: duration
    .default(20_000)
    .describe('Until its headers must be there, and between chunks of a body.'),
});

export const configSchema = z.strictObject({
  listen: listen.prefault('127.0.0.1:8080').describe('Address and port to listen on.'),
  publicUrl: httpUrl
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('How clients reach Wheelgate, where the Host header does not say it.'),
  upstreams: z
    .array(upstreamSchema)
    .min(1, 'at least one upstream is needed')
    .prefault([{ name: PYPI.name, url: PYPI.url, files: [...PYPI.files] }])
    .describe('The indexes behind Wheelgate, in the order in which they are asked.'),
  policies: z
    .string()
    .optional()
    .describe('Folder of your own policy files, read after the shipped ones.'),
  shippedPolicies: z.boolean().default(true).describe('Whether the shipped policies apply.'),
  data: z
    .string()
    .default(() => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wheelgate'))
    .describe('Folder for the cache, the findings and the decision log.'),
  cache: z
    .strictObject({
      disk: size.prefault('20GiB').describe('Artifacts on disk, in all.'),
      minFree: size.prefault('1GiB').describe('What stays free on the disk.'),
      pages: size.prefault('1GiB').describe('Upstream pages on disk, in all.'),
      memory: size.prefault(256 * MIB).describe('Small artifacts and sidecars in memory, in all.'),
      memoryPages: size
        .prefault(64 * MIB)
        .describe('Parsed project pages in memory, by the size of their bodies.'),
      pageTtl: duration
        .prefault('60s')
        .describe('How long a page is used before its upstream is asked again.'),
    })
    .prefault({}),
  gate: z
    .strictObject({
      mode: z
        .enum(['stream', 'hold'])
        .default('stream')
        .describe('hold: nothing leaves before the verdict.'),
      holdBytes: size
        .prefault(32 * MIB)
        .describe('Nothing leaves of a smaller artifact before the verdict …'),
      holdTime: duration.prefault('5s').describe('… nor before the client has waited this long.'),
      lastBlock: size.prefault(MIB).describe('What always waits for the verdict, at the end.'),
    })
    .prefault({}),
  inspection: z
    .strictObject({
      workers: z.int().min(1).max(64).default(1).describe('Inspections at the same time.'),
      members: z.int().min(1).default(200_000).describe('Entries in an archive.'),
      inflatedBytes: size
        .prefault(32 * GIB)
        .describe('All members of an archive together, unpacked.'),
      ratio: z
        .number()
        .min(1)
        .default(200)
        .describe('Unpacked bytes for one packed byte, from 64 MiB on.'),
      pathLength: z.int().min(1).default(1_024).describe("Characters of a member's path."),
      depth: z.int().min(1).default(64).describe("Folders in a member's path."),
      time: duration.prefault('2m').describe('For one artifact.'),
      inflate: z
        .enum(['all', 'needed'])
        .default('all')
        .describe(
          'needed: unpack only what is looked at, and trust the other members’ CRCs and hashes.',
        ),
    })
    .prefault({}),
  maxArtifact: size.prefault(16 * GIB).describe('A longer artifact is not fetched.'),
  contact: z.string().optional().describe('Where to ask for a waiver; shown in every refusal.'),
  pageMaxAge: duration
    .prefault('10s')
    .describe('How long a client may use a project page unasked.'),
  trustedProxies: z
    .array(z.string())
    .default([])
    .describe('Addresses or networks whose X-Forwarded-For is believed.'),
  decisions: z
    .strictObject({
      maxBytes: size
        .prefault(128 * MIB)
        .describe('A file of the decision log is put aside at this size.'),
      keep: z.int().min(1).default(20).describe('How many such files are kept.'),
      fsync: z.boolean().default(false).describe('Whether each write waits for the disk itself.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
    })
    .prefault({}),
  server: z
    .strictObject({
      maxUrlLength: z
        .int()
        .min(256)
        .max(16_384)
        .default(2_048)
        .describe('Characters of a request target.'),
      maxHeaderBytes: size.prefault('16KiB').describe('All headers of a request together.'),
      headersTimeout: duration
        .prefault('20s')
        .describe('Until the headers of a request must be there.'),
      keepAliveTimeout: duration.prefault('75s').describe('How long an idle connection is kept.'),
      shutdownGrace: duration
        .prefault('30s')
        .describe('How long a stop waits for what is under way.'),
    })
    .prefault({}),
});

/** The configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;
export type UpstreamConfig = Config['upstreams'][number];
