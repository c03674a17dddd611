import { basename, join } from 'node:path';

/** Where everything lies in a data folder. The decision log may lie elsewhere: the settings say so. */
export function dataFolder(data: string) {
  const at = (name: string): string => join(data, name);
  return {
    /** Held by the server whose folder it is. */
    lock: at('lock'),
    /** The folder's format, and which Wheelgate has said so. */
    version: at('version.json'),
    blobs: at('blobs'),
    pages: at('pages'),
    findings: at('findings'),
    /** What probes have seen, which is no finding. */
    probes: at('probes'),
    attestations: at('attestations'),
    links: at('links'),
    /** Digests that were checked, and pins. */
    facts: at('digests'),
    pins: at('pins'),
    /** What is being received: beside the blobs, for it is renamed once it is whole. */
    spool: at('spool'),
    feed: at('feed.jsonl'),
    exposure: at('exposure.json'),
    /** The last edits of the policy. */
    policyEdits: at('policy-edits.json'),
    /** What webhooks have been told, and what they are still to be. */
    told: at('told.json'),
    outbox: at('outbox'),
    /** The policy that replicas share. */
    sharedPolicy: at('shared-policy'),
    /** What other replicas have decided, as far as it was heard. */
    heard: at('heard'),
    /** Which files of the decision log are in S3. */
    archived: at('archived.json'),
    /** The lists of projects: each process writes its own. */
    listsOf: (member: number | undefined) => at(member === undefined ? 'lists' : `lists-${member}`),
    /** Sigstore's keys: each process looks after its own. */
    keysOf: (member: number | undefined) =>
      at(member === undefined ? 'sigstore-keys' : `sigstore-keys-${member}`),
  };
}

/** The names of all that Wheelgate leaves in a data folder. Some have a number or an ending behind them. */
export const OUR_NAMES: readonly string[] = [
  ...Object.values(dataFolder('')).map((path) =>
    typeof path === 'string' ? path : path(undefined),
  ),
  'decisions',
].map((path) => basename(path));

/** Whether a file or folder in a data folder is Wheelgate's, by its name. */
export function isOurs(name: string): boolean {
  return OUR_NAMES.some(
    (ours) => name === ours || name.startsWith(`${ours}.`) || name.startsWith(`${ours}-`),
  );
}
