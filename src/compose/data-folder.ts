import { basename, join } from 'node:path';

/** The layout of a data folder. The settings can place the decision log elsewhere. */
export function dataFolder(data: string) {
  const at = (name: string): string => join(data, name);
  return {
    /** Held by the server whose folder it is. */
    lock: at('lock'),
    /** The folder's format, and the Wheelgate version that wrote it. */
    version: at('version.json'),
    blobs: at('blobs'),
    pages: at('pages'),
    findings: at('findings'),
    /** Probe results, which are not findings. */
    probes: at('probes'),
    attestations: at('attestations'),
    links: at('links'),
    /** Digests that were checked, and pins. */
    facts: at('digests'),
    pins: at('pins'),
    /** What pages listed, and since when. */
    sightings: at('sightings'),
    /** Files that are being received: next to the blobs, because a complete file is renamed into them. */
    spool: at('spool'),
    feed: at('feed.jsonl'),
    exposure: at('exposure.json'),
    /** The last edits of the policy. */
    policyEdits: at('policy-edits.json'),
    /** Sent and pending webhook notifications. */
    told: at('told.json'),
    outbox: at('outbox'),
    /** The policy that replicas share. */
    sharedPolicy: at('shared-policy'),
    /** Decisions received from other replicas. */
    heard: at('heard'),
    /** Which files of the decision log are in S3. */
    archived: at('archived.json'),
    /** The lists of projects: each process writes a separate file. */
    listsOf: (member: number | undefined) => at(member === undefined ? 'lists' : `lists-${member}`),
    /** Sigstore's keys: each process maintains a separate copy. */
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
