import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** The ways out of the machine. One for all upstreams, so that connections are shared. */
export interface Network {
  readonly dispatcher: Dispatcher;
  /** The same way out for code that speaks through Node's own http module; made when it is first asked for. */
  agent(): Promise<Agent>;
  close(): Promise<void>;
}

/**
 * Opens the way out as the environment describes it: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (in either
 * case), and certificate authorities beside Node's own from `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`.
 * @throws where a certificate file is named that cannot be read
 */
export function createNetwork(env: NodeJS.ProcessEnv): Network {
  const ca = certificateAuthorities(env);
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    connections: 64,
    connect: { ca, timeout: 10_000 },
    requestTls: { ca },
    proxyTls: { ca },
  });
  let agent: Promise<Agent> | undefined;
  return {
    dispatcher,
    agent: () => {
      // Its library knows many kinds of proxies, and most who run this ask for nothing that goes through it.
      agent ??= import('proxy-agent').then(
        ({ ProxyAgent }) => new ProxyAgent({ keepAlive: true, ca }),
      );
      return agent;
    },
    close: async () => {
      (await agent)?.destroy();
      await dispatcher.destroy();
    },
  };
}

/** Naming authorities replaces Node's list, so the list comes along; undefined leaves it as it is. */
function certificateAuthorities(env: NodeJS.ProcessEnv): string[] | undefined {
  const files = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter(
    (path): path is string => path !== undefined && path !== '',
  );
  if (files.length === 0) return undefined;
  return [...rootCertificates, ...new Set(files.map((path) => readFileSync(path, 'utf8')))];
}
