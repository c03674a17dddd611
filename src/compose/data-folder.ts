import { join } from 'node:path';

/** Where everything lies in a data folder. The decision log may lie elsewhere: the settings say so. */
export function dataFolder(data: string) {
  const at = (name: string): string => join(data, name);
  return {
    blobs: at('blobs'),
    pages: at('pages'),
    findings: at('findings'),
    attestations: at('attestations'),
    /** Digests that were checked, and pins. */
    facts: at('digests'),
    pins: at('pins'),
    /** What is being received: beside the blobs, for it is renamed once it is whole. */
    spool: at('spool'),
    feed: at('feed.jsonl'),
    exposure: at('exposure.json'),
    /** Sigstore's keys: each process looks after its own. */
    keysOf: (member: number | undefined) =>
      at(member === undefined ? 'sigstore-keys' : `sigstore-keys-${member}`),
  };
}
