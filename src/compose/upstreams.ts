import type { Config } from '../config/config.js';
import type { UpstreamConfig } from '../config/sections/upstreams.js';
import { UPSTREAM_STATUSES, upstreamStatus } from '../observe/upstream-status.js';
import {
  type Certificate,
  type CertificateFiles,
  readCertificateSync,
  watchCertificate,
} from '../runtime/certificate.js';
import { FlatUpstream } from '../upstream/flat-upstream.js';
import { HttpUpstream } from '../upstream/http-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Process } from './process.js';
import { UpstreamTroubles } from './upstream-troubles.js';

export interface Upstreams {
  readonly all: readonly Upstream[];
  /** Reads the certificates that they are shown again. */
  reload(): void;
}

/** @throws if a certificate for an index is unreadable */
export function createUpstreams(config: Config, process: Process): Upstreams {
  const troubles = new UpstreamTroubles(process);
  const reloads: (() => void)[] = [];
  const all = config.upstreams.map((settings) => {
    const certificate = settings.tls && readFirst(settings.name, settings.tls);
    const upstream = createUpstream(settings, certificate, process, troubles);
    if (settings.tls && certificate)
      reloads.push(renewed(settings.tls, certificate, upstream, process, troubles));
    return settings.format === 'flat' ? new FlatUpstream(upstream, process.now) : upstream;
  });
  return {
    all,
    reload: () => {
      for (const reload of reloads) reload();
    },
  };
}

function createUpstream(
  settings: UpstreamConfig,
  certificate: Certificate | undefined,
  { network, metrics, now }: Process,
  troubles: UpstreamTroubles,
): HttpUpstream {
  for (const status of UPSTREAM_STATUSES)
    metrics.upstreamRequests.inc({ upstream: settings.name, status }, 0);
  return new HttpUpstream(
    { ...settings, isPublic: settings.public, certificate },
    {
      network,
      observe: (upstream, status, seconds) => {
        metrics.upstreamRequests.inc({ upstream, status: upstreamStatus(status) });
        metrics.upstreamDuration.observe({ upstream }, seconds);
      },
      now,
      onCredentials: (why) => troubles.note(settings.name, 'credentials', why),
    },
  );
}

/** Renews an upstream connection when its certificate files change. @returns a function that reads them now */
function renewed(
  files: CertificateFiles,
  first: Certificate,
  upstream: HttpUpstream,
  { log, closing }: Process,
  troubles: UpstreamTroubles,
): () => void {
  let current = first;
  const { name } = upstream;
  const watching = watchCertificate(
    files,
    (next) => {
      troubles.note(name, 'certificate', undefined);
      if (next.cert.equals(current.cert) && next.key.equals(current.key)) return;
      current = next;
      upstream.renewCertificate(next);
      log.info({ upstream: name }, 'the client certificate for the index was renewed');
    },
    (err) => {
      log.error({ err, upstream: name }, 'client certificate for the index rejected');
      troubles.note(
        name,
        'certificate',
        'the new client certificate is invalid; the previous one stays in use',
      );
    },
  );
  const read = () => void watching.then((watch) => watch.takeNotice()).catch(() => {});
  // They may have changed since they were read.
  read();
  closing.add(async () => (await watching).close());
  return read;
}

function readFirst(name: string, files: CertificateFiles): Certificate {
  try {
    return readCertificateSync(files);
  } catch (cause) {
    const why = `the client certificate for the upstream ${name} is unusable: ${(cause as Error).message}`;
    throw new Error(`${why} (${files.cert}, ${files.key}; both must be PEM)`, { cause });
  }
}
