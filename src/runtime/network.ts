import type { Agent as NodeAgent } from 'node:http';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { certificateAuthorities } from './authorities.js';
import type { Certificate } from './certificate.js';
import { type ProxyFor, proxiesIn } from './proxies.js';

/** A set of outgoing connections. */
export interface Way {
  readonly dispatcher: Dispatcher;
  /** The same for code that uses Node's own http module; created at the first call. */
  agent(): Promise<NodeAgent>;
}

export interface WaySettings {
  /** The timeout for connecting, in milliseconds. */
  readonly connectTimeout: number;
  /** The client certificate for servers that request one. */
  readonly certificate?: Certificate | undefined;
}

/** A set of outgoing connections whose settings can change. */
export interface OwnWay extends Way {
  /** New connections use another certificate; requests in progress finish on their own connections. */
  renew(certificate: Certificate): void;
}

/** All outgoing connections, through the same egress proxies and certificate authorities. */
export interface Network extends Way {
  /** A set with its own settings; closed together with the others. */
  open(settings: WaySettings): OwnWay;
  close(): Promise<void>;
}

/** Connections per origin. */
const CONNECTIONS = 64;
const CONNECT_TIMEOUT = 10_000;

/**
 * Opens the network with the settings of the environment: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (in either case),
 * and additional certificate authorities from `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`.
 * @throws if a certificate file contains none, or a proxy's URL is invalid
 */
export function createNetwork(env: NodeJS.ProcessEnv): Network {
  const ca = certificateAuthorities(env);
  const proxyFor = proxiesIn(env);
  const closing: (() => Promise<void>)[] = [];
  const open = ({ connectTimeout, certificate }: WaySettings): OwnWay => {
    /** The last one is in use; the others finish their requests. */
    const lines: Line[] = [];
    const begin = (shown: Certificate | undefined) => {
      const tls = { ca, ...shown };
      const dispatcher = dispatcherOver(proxyFor, tls, connectTimeout);
      lines.push({ dispatcher, tls, agent: undefined });
    };
    begin(certificate);
    closing.push(async () => {
      for (const { agent, dispatcher } of lines) {
        (await agent)?.destroy();
        await dispatcher.destroy();
      }
    });
    return {
      get dispatcher() {
        return lines.at(-1)!.dispatcher;
      },
      agent: () => {
        const line = lines.at(-1)!;
        line.agent ??= agentOver(proxyFor, line.tls);
        return line.agent;
      },
      renew: (renewed) => {
        const before = lines.at(-1)!;
        begin(renewed);
        void before.dispatcher.close().catch(() => {});
      },
    };
  };
  const own = open({ connectTimeout: CONNECT_TIMEOUT });
  return {
    dispatcher: own.dispatcher,
    agent: own.agent,
    open,
    close: async () => {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

/** Connections with the same settings. */
interface Line {
  readonly dispatcher: Agent;
  readonly tls: Tls;
  agent: Promise<NodeAgent> | undefined;
}

interface Tls {
  readonly ca: string[] | undefined;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function dispatcherOver(proxyFor: ProxyFor | undefined, tls: Tls, timeout: number): Agent {
  return new Agent({
    connections: CONNECTIONS,
    connect: { ...tls, timeout },
    factory: (origin, options) => {
      const proxy = proxyFor?.(new URL(origin));
      if (proxy === undefined) return new Pool(origin, options);
      return new ProxyAgent({
        uri: proxy,
        connections: CONNECTIONS,
        requestTls: { ...tls, timeout },
        proxyTls: { ca: tls.ca, timeout },
        // Squid's default configuration refuses a tunnel to another port than 443.
        proxyTunnel: false,
      });
    },
  });
}

/** Its library supports many kinds of proxies, and most installations never use it. */
async function agentOver(proxyFor: ProxyFor | undefined, tls: Tls): Promise<NodeAgent> {
  const { ProxyAgent } = await import('proxy-agent');
  const getProxyForUrl = (url: string) => proxyFor?.(new URL(url)) ?? '';
  return new ProxyAgent({ keepAlive: true, ...tls, getProxyForUrl });
}
