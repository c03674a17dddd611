import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { identify } from '../access/access-list.js';
import type { Config } from '../config/config.js';
import { createApp } from '../http/app.js';
import { accelerator, NEVER } from '../http/delivery/accelerate.js';
import type { Port } from '../http/route.js';
import { closeGracefully, createHttpServer } from '../http/server.js';
import type { HttpSettings } from '../http/services.js';
import { LEAST_RATE } from '../runtime/least-rate.js';
import { loadCertificate, renewCertificate } from './certificate.js';
import { connectionBounds } from './connection-bounds.js';
import { dataFolder } from './data-folder.js';
import type { Machine } from './machine.js';
import type { Process } from './process.js';
import type { PackageServices } from './services.js';

/** How long a client may use a page unasked, in seconds: a new denial reaches it soon. */
const PAGE_MAX_AGE = 10;
/** How long an idle connection is kept, in milliseconds: longer than load balancers do, commonly 60 s. */
const KEEP_ALIVE = 75_000;
/** How long a client has to read why its connection ends, in milliseconds. */
const LINGER = 1_000;

/** A server that does not listen yet. */
export interface PackageServer {
  /** Binds the ports. @returns the address for package clients */
  listen(): Promise<AddressInfo>;
  /** The address of the dashboard, once bound; undefined if it has no separate port. */
  readonly dashboardAddress: AddressInfo | undefined;
  /** Applies changes on disk: removed pins. */
  reload(): void;
}

/** @throws if the certificate is unusable */
export async function createServer(
  config: Config,
  process: Process,
  { tokens, confirmation }: Pick<Machine, 'tokens' | 'confirmation'>,
  services: PackageServices,
): Promise<PackageServer> {
  const { now, health, closing } = process;
  const certificate = await loadCertificate(config, process);
  const authenticate =
    tokens && ((authorization?: string) => identify(tokens.entries, authorization, now()));
  const answering = { ...services, authenticate, confirmation };
  const create = (port: Port) =>
    createHttpServer(
      (connections) => createApp(answering, httpSettings(config), connections, port),
      {
        maxHeaderBytes: config.server.headerBytes,
        headersTimeout: config.server.headersTimeout,
        keepAliveTimeout: KEEP_ALIVE,
        writeTimeout: config.server.writeTimeout,
        leastRate: LEAST_RATE,
        linger: LINGER,
        connections: connectionBounds(config),
      },
      certificate,
    );
  const server = create('clients');
  const dashboardAt = config.dashboard.enabled ? config.dashboard.listen : undefined;
  const dashboard = dashboardAt && { server: create('dashboard'), at: dashboardAt };
  const servers = dashboard === undefined ? [server] : [server, dashboard.server];
  for (const one of servers) await renewCertificate(config, process, one);
  closing.add(async () => {
    health.set('server', 'failed', 'stopping');
    const grace = config.server.shutdownGrace;
    const ended = servers.map((one) => closeGracefully(one, grace));
    await Promise.all([...ended, services.artifacts.close(grace)]);
  });
  return {
    listen: async () => {
      const address = await listen(server, config.listen, 'listen');
      if (dashboard !== undefined) await listen(dashboard.server, dashboard.at, 'dashboard.listen');
      return address;
    },
    get dashboardAddress() {
      return (dashboard?.server.address() as AddressInfo | null) ?? undefined;
    },
    reload: () => services.reload(),
  };
}

function httpSettings({
  data,
  gate,
  serve,
  contact,
  dashboard,
  policies,
  decisions,
  publicUrl,
  trustedProxies,
  server,
  replica,
}: Config): HttpSettings {
  const { blobs } = dataFolder(data);
  return {
    gate,
    accelerate: serve.accel === 'off' ? NEVER : accelerator({ blobs, trustedProxies }),
    contact,
    dashboard: {
      enabled: dashboard.enabled,
      ownPort: dashboard.listen !== undefined,
      isWhole: dashboard.listen === undefined,
      identities: dashboard.identities,
      pseudonymKey: replica.secret === undefined ? undefined : pseudonymKey(replica.secret),
      places: { policies, log: decisions.file },
      policyRepository: dashboard.policyRepository,
    },
    publicUrl,
    trustedProxies,
    pageMaxAge: PAGE_MAX_AGE,
    maxUrlLength: server.urlLength,
  };
}

/** A separate key: pseudonyms are public, so their key must not sign anything. */
function pseudonymKey(secret: string): Uint8Array {
  return createHmac('sha256', secret).update('pseudonyms of clients').digest();
}

/** @param setting the origin of the address, because the system's error does not name a setting */
function listen(
  server: Server | TlsServer,
  { host, port }: Config['listen'],
  setting: string,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(new Error(`the setting ${setting}: ${cause.message}`, { cause }));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve(server.address() as AddressInfo);
    });
  });
}
