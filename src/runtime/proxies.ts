import { BlockList, isIP } from 'node:net';

/** The egress proxy's URL for a request; undefined for a direct connection. */
export type ProxyFor = (url: URL) => string | undefined;

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case. Requests to https use the former, or else the
 * latter. `NO_PROXY` contains hosts (which include all their subdomains), addresses and networks such as `10.0.0.0/8`,
 * each with an optional port; `*` matches everything.
 * @returns undefined if there is no proxy
 * @throws if a proxy's URL is invalid
 */
export function proxiesIn(env: NodeJS.ProcessEnv): ProxyFor | undefined {
  const http = proxyIn(env, 'http_proxy', 'HTTP_PROXY');
  const https = proxyIn(env, 'https_proxy', 'HTTPS_PROXY') || http;
  if (http === '' && https === '') return undefined;
  const isDirect = exceptions(env.no_proxy ?? env.NO_PROXY ?? '');
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http;
    return proxy === '' || isDirect(url) ? undefined : proxy;
  };
}

/** A proxy's URL often contains a password, so the message names only its variable. */
function proxyIn(env: NodeJS.ProcessEnv, ...names: readonly string[]): string {
  const name = names.find((one) => env[one] !== undefined);
  const text = (name && env[name]) ?? '';
  if (/^socks/i.test(text))
    throw new Error(`${name} names a SOCKS proxy; only http:// and https:// proxies are supported`);
  const sound =
    text === '' || (/^https?:\/\//i.test(text) && URL.canParse(text) && isDecodable(text));
  if (!sound) throw new Error(`${name} is not a URL such as http://proxy.example.com:3128`);
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

function exceptions(text: string): (url: URL) => boolean {
  const tests = text
    .toLowerCase()
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(exception);
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return tests.some((test) => test(host, port));
  };
}

type Exception = (host: string, port: string) => boolean;

function exception(entry: string): Exception {
  if (entry === '*') return () => true;
  const network = networkOf(entry);
  if (network !== undefined) return (host) => isIn(network, host);
  const [, v6, name = '', only] = /^(?:\[([^\]]+)\]|(.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const wanted = v6 ?? name.replace(/^\*?\./, '');
  return (host, port) =>
    (only === undefined || only === port) && (host === wanted || host.endsWith(`.${wanted}`));
}

/** For an address, or a network in CIDR notation. */
function networkOf(entry: string): BlockList | undefined {
  const [address = '', bits, ...more] = entry.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  if (version === 0 || more.length > 0 || !(Number(bits ?? most) <= most)) return undefined;
  const network = new BlockList();
  network.addSubnet(address, Number(bits ?? most), version === 6 ? 'ipv6' : 'ipv4');
  return network;
}

function isIn(network: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && network.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
