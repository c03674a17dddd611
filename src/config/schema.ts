import { z } from 'zod';
import { byteSize, projectGlob } from '../yaml/values.js';
import { OSV_PYPI } from './osv.js';
import { PYPI_FILES, PYPI_INDEX } from './pypi.js';
import { host, hostAndPort, network, span, time, webUrl } from './terms.js';

const count = (least: number) => z.int().min(least);
const section = <Shape extends z.ZodRawShape>(shape: Shape, description: string) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(description);

const upstream = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'expected a short name of letters, digits, ., _ and -')
    .describe('How policies, logs and metrics call it.'),
  url: webUrl().describe("The simple index. The last upstream's default is PyPI's.").optional(),
  files: z
    .array(host())
    .describe("Hosts that files may come from, beside the index's own.")
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
        .describe('The password or token; a reference to a variable keeps it out of the file.'),
    })
    .describe('Basic authentication, sent to the index and to its own host only.')
    .optional(),
  inspect: z.boolean().describe('false: files of this upstream are not opened.').prefault(true),
  unhashed: z
    .enum(['refuse', 'pin'])
    .describe('Files without sha256, sha384 or sha512. pin: the first bytes seen are the file.')
    .prefault('refuse'),
  public: z
    .boolean()
    .describe('Whether anybody can publish there. Default: true for the last upstream, else false.')
    .optional(),
  timeouts: section(
    {
      connect: time().describe('To connect.').prefault('10s'),
      headers: time().describe("To the answer's first line.").prefault('30s'),
      body: time().describe('Between two parts of an answer.').prefault('60s'),
    },
    'How long to wait.',
  ),
});

/** `wheelgate.yaml`, as people write it. */
export const configSchema = z
  .strictObject({
    listen: hostAndPort().describe('Where to listen.').prefault('127.0.0.1:8080'),
    'public-url': webUrl()
      .describe('The URL under which clients see Wheelgate, where a proxy in front changes it.')
      .optional(),
    contact: z
      .string()
      .regex(/^[\x20-\x7e]{1,200}$/, 'expected one line of plain text, at most 200 characters')
      .describe('Where to ask for a waiver; shown with every refusal.')
      .optional(),
    upstream: webUrl()
      .describe('The public index, where all that is to be said of it is its URL.')
      .optional(),
    upstreams: z
      .array(upstream)
      .min(1)
      .describe('The indexes behind Wheelgate; the last is the public one.')
      .prefault([{ name: 'pypi', url: PYPI_INDEX, files: [PYPI_FILES] }]),
    policies: z
      .string()
      .min(1)
      .describe('The folder of your policy files, over the shipped ones.')
      .optional(),
    data: z
      .string()
      .min(1)
      .describe('The folder for cache, findings and the decision log. Default: ~/.cache/wheelgate.')
      .optional(),
    cache: section(
      {
        memory: byteSize().describe('Memory for small artifacts.').prefault('256MiB'),
        disk: byteSize().describe('Disk for artifacts.').prefault('10GiB'),
        'min-free': byteSize().describe('Disk space to leave free.').prefault('1GiB'),
        pages: byteSize().describe('Memory for project pages.').prefault('128MiB'),
        'page-ttl': span().describe('How long a project page counts as current.').prefault('60s'),
      },
      'What is kept.',
    ),
    gate: section(
      {
        mode: z
          .enum(['stream', 'hold'])
          .describe('hold: never send a byte before the verdict.')
          .prefault('stream'),
        'hold-bytes': byteSize()
          .describe('A response is held until so much has arrived…')
          .prefault('32MiB'),
        'hold-time': time().describe('…or so much time has passed.').prefault('5s'),
        'last-block': byteSize()
          .describe('What is withheld to the end, until the verdict.')
          .prefault('1MiB'),
      },
      'The delivery of files that are not yet judged.',
    ),
    inspection: section(
      {
        workers: count(1)
          .describe('Inspections at a time. Default: one less than the processors, 1 to 4.')
          .optional(),
        members: count(1).describe('Members of an archive.').prefault(100_000),
        'directory-bytes': byteSize().describe("A zip's directory.").prefault('32MiB'),
        'inflated-bytes': byteSize().describe('All members together, inflated.').prefault('16GiB'),
        ratio: count(1).describe('Inflated bytes for each byte of the artifact.').prefault(200),
        'ratio-floor-bytes': byteSize()
          .describe('Inflated bytes below which the ratio does not count.')
          .prefault('64MiB'),
        'path-length': count(1).describe("Characters of a member's path.").prefault(1000),
        depth: count(1).describe("Folders of a member's path.").prefault(50),
        'held-bytes': byteSize()
          .describe('A member that must be held whole to be read.')
          .prefault('16MiB'),
        time: time().describe('One artifact.').prefault('120s'),
        'worker-heap': byteSize().describe('Memory of one worker.').prefault('256MiB'),
        inflate: z
          .enum(['all', 'needed'])
          .describe('all: every member is inflated, its checksum and RECORD hash compared.')
          .prefault('all'),
      },
      'What one inspection may cost; more is refused.',
    ),
    attestations: section(
      {
        'update-keys': z
          .boolean()
          .describe("Fetch sigstore's current keys once a day, while attestations are verified.")
          .prefault(true),
      },
      'The verification of attestations.',
    ),
    log: section(
      {
        level: z
          .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
          .describe('What the log on standard error holds.')
          .prefault('info'),
      },
      'The log.',
    ),
    decisions: section(
      {
        file: z
          .string()
          .min(1)
          .describe('The decision log. Default: decisions.jsonl in the data folder.')
          .optional(),
        'max-bytes': byteSize().describe('The size at which it rotates.').prefault('100MiB'),
        keep: count(0).describe('Rotated files to keep.').prefault(10),
        compress: z.boolean().describe('Compress rotated files.').prefault(true),
        fsync: z
          .boolean()
          .describe('Wait for the disk at each decision; safe against a loss of power, and slower.')
          .prefault(false),
      },
      'The record of every decision.',
    ),
    feed: section(
      {
        url: z
          .string()
          .min(1)
          .describe("OSV's PyPI records: a URL, a mirror's, a folder; none: no feed.")
          .prefault(OSV_PYPI),
        interval: span().describe('Between two looks at it, about.').prefault('1h'),
      },
      'The malware feed.',
    ),
    access: section(
      {
        tokens: z
          .string()
          .min(1)
          .describe('A file of hashed tokens; where it is set, clients must show one.')
          .optional(),
      },
      'Who may ask.',
    ),
    tls: z
      .strictObject({
        cert: z.string().min(1).describe('The certificate with its chain, PEM.').optional(),
        key: z.string().min(1).describe('Its private key, PEM.').optional(),
      })
      .superRefine(({ cert, key }, context) => {
        if ((cert === undefined) !== (key === undefined))
          context.addIssue('expected both cert and key');
      })
      .prefault({})
      .describe('HTTPS without a server in front.'),
    'trusted-proxies': z
      .array(network())
      .describe('Addresses whose X-Forwarded-For is believed.')
      .prefault([]),
    serve: section(
      {
        workers: count(1)
          .describe(
            'Processes that serve on the one port; they share cache, policy and decision log.',
          )
          .prefault(1),
        accel: z
          .enum(['off', 'x-accel-redirect'])
          .describe('x-accel-redirect: nginx in front sends large cached artifacts itself.')
          .prefault('off'),
      },
      'How it serves.',
    ),
    server: section(
      {
        'header-bytes': byteSize().describe("A request's headers.").prefault('16KiB'),
        'url-length': count(256).describe("Characters of a request's URL.").prefault(4096),
        'headers-timeout': time().describe("To a request's last header.").prefault('15s'),
        'shutdown-grace': time()
          .describe('What is under way at SIGTERM may take so long to end.')
          .prefault('30s'),
      },
      'What a client may ask.',
    ),
  })
  .superRefine((config, context) => {
    const issue = (message: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path: ['upstreams', ...path] });
    const last = config.upstreams.length - 1;
    if (config.upstream !== undefined && config.upstreams[last]?.public === false)
      context.addIssue({
        code: 'custom',
        message: '"upstream" is the URL of the public index, and the last upstream is not public',
        path: ['upstream'],
      });
    if (config.serve.accel !== 'off' && config['trusted-proxies'].length === 0)
      context.addIssue({
        code: 'custom',
        message: 'the front server must be among "trusted-proxies": others get the bytes from here',
        path: ['serve', 'accel'],
      });
    const claimed = new Map<string, string>();
    const names = new Set<string>();
    for (const [index, { name, url, claims, public: open }] of config.upstreams.entries()) {
      if (names.has(name)) issue(`a second upstream named ${JSON.stringify(name)}`, index, 'name');
      names.add(name);
      if (url === undefined && index !== last)
        issue('only the last upstream can do without "url"; it is PyPI then', index);
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
  .meta({
    title: 'Wheelgate configuration',
    description: 'wheelgate.yaml; docs/configuration.md explains it.',
  });

export type ConfigFile = z.output<typeof configSchema>;
