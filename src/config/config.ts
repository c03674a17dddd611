import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ProjectGlob } from '../domain/project-glob.js';
import { PYPI_FILES, PYPI_INDEX } from './pypi.js';
import type { ConfigFile } from './schema.js';

const MIB = 2 ** 20;

/** All settings, each with a value. Sizes are in bytes, times in milliseconds, paths absolute. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  /** Ends with a slash. */
  readonly publicUrl: string | undefined;
  readonly contact: string | undefined;
  /** In the order in which they are asked; at most the last is public. */
  readonly upstreams: readonly UpstreamConfig[];
  /** Undefined where only the shipped policies hold. */
  readonly policies: string | undefined;
  readonly data: string;
  readonly cache: {
    readonly memory: number;
    readonly disk: number;
    readonly minFree: number;
    readonly pages: number;
    readonly pageTtl: number;
  };
  readonly gate: {
    readonly mode: 'stream' | 'hold';
    readonly holdBytes: number;
    readonly holdTime: number;
    readonly lastBlock: number;
  };
  readonly inspection: {
    readonly workers: number;
    /** Fits the inspection's `InspectionLimits`. */
    readonly limits: {
      readonly members: number;
      readonly directoryBytes: number;
      readonly inflatedBytes: number;
      readonly ratio: number;
      readonly ratioFloorBytes: number;
      readonly pathLength: number;
      readonly depth: number;
      readonly heldBytes: number;
      readonly timeMs: number;
      readonly workerHeapMb: number;
      readonly inflate: 'all' | 'needed';
    };
  };
  readonly attestations: { readonly updateKeys: boolean };
  readonly log: { readonly level: ConfigFile['log']['level'] };
  readonly decisions: {
    readonly file: string;
    readonly maxBytes: number;
    readonly keep: number;
    readonly compress: boolean;
    readonly fsync: boolean;
  };
  readonly feed: {
    /** A URL or a folder; undefined for no feed. */
    readonly url: string | undefined;
    /** Milliseconds. */
    readonly interval: number;
  };
  readonly access: {
    /** The file of hashed tokens; undefined where anybody may ask. */
    readonly tokens: string | undefined;
  };
  /** Files of the certificate and its key; undefined for plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly serve: {
    /** Processes; 1 for one that does everything. */
    readonly workers: number;
    /** How a front server may be told to send a cached artifact itself. */
    readonly accel: 'off' | 'x-accel-redirect';
  };
  readonly trustedProxies: readonly string[];
  readonly server: {
    readonly headerBytes: number;
    readonly urlLength: number;
    readonly headersTimeout: number;
    readonly shutdownGrace: number;
  };
}

export interface UpstreamConfig {
  readonly name: string;
  /** Of the simple index; ends with a slash. */
  readonly url: string;
  /** Hosts (with their port where it is not the scheme's own), beside the index's. */
  readonly files: readonly string[];
  readonly claims: readonly ProjectGlob[];
  readonly auth: { readonly username: string; readonly password: string } | undefined;
  readonly inspect: boolean;
  /** What is done with files without a digest that holds; `pin` keeps the first bytes. */
  readonly unhashed: 'refuse' | 'pin';
  readonly public: boolean;
  readonly timeouts: { readonly connect: number; readonly headers: number; readonly body: number };
}

/** Names the settings as the code does, and gives those a value that depend on the machine. */
export function toConfig(file: ConfigFile, defaultData: string): Config {
  const { cache, gate, inspection, decisions, server } = file;
  const { cert, key } = file.tls;
  const data = file.data ?? defaultData;
  return {
    listen: file.listen,
    publicUrl: file['public-url'],
    contact: file.contact,
    upstreams: toUpstreams(file),
    policies: file.policies,
    data,
    cache: {
      memory: cache.memory,
      disk: cache.disk,
      minFree: cache['min-free'],
      pages: cache.pages,
      pageTtl: cache['page-ttl'],
    },
    gate: {
      mode: gate.mode,
      holdBytes: gate['hold-bytes'],
      holdTime: gate['hold-time'],
      lastBlock: gate['last-block'],
    },
    inspection: {
      workers: inspection.workers ?? Math.max(1, Math.min(4, availableParallelism() - 1)),
      limits: {
        members: inspection.members,
        directoryBytes: inspection['directory-bytes'],
        inflatedBytes: inspection['inflated-bytes'],
        ratio: inspection.ratio,
        ratioFloorBytes: inspection['ratio-floor-bytes'],
        pathLength: inspection['path-length'],
        depth: inspection.depth,
        heldBytes: inspection['held-bytes'],
        timeMs: inspection.time,
        workerHeapMb: Math.ceil(inspection['worker-heap'] / MIB),
        inflate: inspection.inflate,
      },
    },
    attestations: { updateKeys: file.attestations['update-keys'] },
    log: file.log,
    decisions: {
      file: decisions.file ?? join(data, 'decisions.jsonl'),
      maxBytes: decisions['max-bytes'],
      keep: decisions.keep,
      compress: decisions.compress,
      fsync: decisions.fsync,
    },
    feed: {
      url: file.feed.url === 'none' ? undefined : file.feed.url.replace(/\/+$/, ''),
      interval: file.feed.interval,
    },
    access: { tokens: file.access.tokens },
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    serve: file.serve,
    trustedProxies: file['trusted-proxies'],
    server: {
      headerBytes: server['header-bytes'],
      urlLength: server['url-length'],
      headersTimeout: server['headers-timeout'],
      shutdownGrace: server['shutdown-grace'],
    },
  };
}

function toUpstreams({ upstream, upstreams }: ConfigFile): UpstreamConfig[] {
  return upstreams.map(
    ({ name, url, files, claims, auth, inspect, unhashed, timeouts, ...rest }, index) => {
      const last = index === upstreams.length - 1;
      const open = rest.public ?? last;
      return {
        name,
        url: (last ? upstream : undefined) ?? url ?? PYPI_INDEX,
        // A mirror often serves PyPI's pages as they are, and these send clients to PyPI's files.
        files: files ?? (open ? [PYPI_FILES] : []),
        claims,
        auth,
        inspect,
        unhashed,
        public: open,
        timeouts,
      };
    },
  );
}
