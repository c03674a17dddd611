import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A replica's URL, and the address at which it is asked. */
export interface PeerAddress {
  readonly url: URL;
  readonly address: string;
}

/**
 * Where a replica is reached, by the URL in a lease of its: only what has an address among those of replicas is connected to.
 * @returns undefined where it has none
 */
export async function peerAddress(
  text: string,
  isPeer: (address: string) => boolean,
): Promise<PeerAddress | undefined> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const all = isIP(host) > 0 ? [host] : await addressesOf(host);
  const address = all.find(isPeer);
  return address === undefined ? undefined : { url, address };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
