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
 * @throws where a certificate file is named that cannot be read, or a proxy's URL cannot
 */
export function createNetwork(env: NodeJS.ProcessEnv): Network {
  const ca = certificateAuthorities(env);
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxyIn(env, 'http_proxy', 'HTTP_PROXY'),
    httpsProxy: proxyIn(env, 'https_proxy', 'HTTPS_PROXY'),
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

/** A proxy's URL often holds a password: it is not repeated, only where it stands. */
function proxyIn(env: NodeJS.ProcessEnv, ...names: readonly string[]): string {
  const name = names.find((one) => env[one] !== undefined);
  const text = (name && env[name]) ?? '';
  const sound =
    text === '' || (/^https?:\/\//i.test(text) && URL.canParse(text) && isDecodable(text));
  if (!sound) throw new Error(`${name} is no URL such as http://proxy.example.com:3128`);
  return text;
}

function isDecodable(text: string): boolean {
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

/** Naming authorities replaces Node's list, so the list comes along; undefined leaves it as it is. */
function certificateAuthorities(env: NodeJS.ProcessEnv): string[] | undefined {
  const files = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter(
    (path): path is string => path !== undefined && path !== '',
  );
  if (files.length === 0) return undefined;
  return [...rootCertificates, ...new Set(files.map((path) => readFileSync(path, 'utf8')))];
}
