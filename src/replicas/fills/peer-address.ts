import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A replica's URL with the address for connecting to it. */
export interface PeerAddress {
  readonly url: URL;
  readonly address: string;
}

/**
 * The address of a replica, by the URL in its lease: only addresses in the replicas' networks are permitted.
 * @returns undefined if it has none
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
