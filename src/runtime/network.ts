import type { Agent as NodeAgent } from 'node:http';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { certificateAuthorities } from './authorities.js';
import type { Certificate } from './certificate.js';
import { type ProxyFor, proxiesIn } from './proxies.js';

/** A way out of the machine, with connections of its own. */
export interface Way {
  readonly dispatcher: Dispatcher;
  /** The same for code that speaks through Node's own http module; made when it is first asked for. */
  agent(): Promise<NodeAgent>;
}

export interface WaySettings {
  /** Milliseconds until there is a connection. */
  readonly connectTimeout: number;
  /** Who we are, for those who ask for a certificate. */
  readonly certificate?: Certificate | undefined;
}

/** A way out whose settings may change. */
export interface OwnWay extends Way {
  /** From now on connections are made with another certificate; what is under way ends over those that it has. */
  renew(certificate: Certificate): void;
}

/** The ways out of the machine, all of them by the same egress proxies and certificate authorities. */
export interface Network extends Way {
  /** A way out with settings of its own; closed with the others. */
  open(settings: WaySettings): OwnWay;
  close(): Promise<void>;
}

/** Connections to one origin. */
const CONNECTIONS = 64;
const CONNECT_TIMEOUT = 10_000;

/**
 * Opens the way out as the environment describes it: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (in either
 * case), and certificate authorities beside Node's own from `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`.
 * @throws where a certificate file is named that holds none, or a proxy's URL cannot be read
 */
export function createNetwork(env: NodeJS.ProcessEnv): Network {
  const ca = certificateAuthorities(env);
  const proxyFor = proxiesIn(env);
  const closing: (() => Promise<void>)[] = [];
  const open = ({ connectTimeout, certificate }: WaySettings): OwnWay => {
    /** The last is in use; the others end what they are at. */
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

/** Connections that are made alike. */
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
        // A tunnel to a port that is not 443 is what Squid refuses as it comes.
        proxyTunnel: false,
      });
    },
  });
}

/** Its library knows many kinds of proxies, and most who run this ask for nothing that goes through it. */
async function agentOver(proxyFor: ProxyFor | undefined, tls: Tls): Promise<NodeAgent> {
  const { ProxyAgent } = await import('proxy-agent');
  const getProxyForUrl = (url: string) => proxyFor?.(new URL(url)) ?? '';
  return new ProxyAgent({ keepAlive: true, ...tls, getProxyForUrl });
}
