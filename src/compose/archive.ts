import type { Config } from '../config/config.js';
import { rotatedFiles } from '../decisions/retention.js';
import { archivedName } from '../replicas/decisions/archive/archive-names.js';
import { ArchiveReader } from '../replicas/decisions/archive/archive-reader.js';
import { StatesReader } from '../replicas/decisions/archive/archive-states.js';
import type { Objects } from '../replicas/decisions/archive/objects.js';
import { Seal } from '../replicas/seal.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';
import { CONNECT_TIMEOUT, quietS3 } from './shared-blobs.js';

/** The permanent store for the decisions of all replicas, as used by one process. */
export interface Archive {
  readonly objects: Objects;
  readonly seal: Seal;
  readonly reader: ArchiveReader;
  readonly states: StatesReader;
}

/** @returns undefined if there is no shared store, or its contents cannot be authenticated */
export async function createArchive(
  config: Config,
  process: Process,
): Promise<Archive | undefined> {
  const { s3, redis, replica, decisions, data } = config;
  if (s3 === undefined || redis === undefined || replica.secret === undefined) return undefined;
  const { now, metrics } = process;
  const seal = new Seal(replica.secret);
  const objects = await openObjects(s3, process);
  const onUnsigned = (count: number) => metrics.unsignedValues.inc({ what: 'archive' }, count);
  const here = async () => {
    const rotated = await rotatedFiles(decisions.file).catch(() => []);
    return new Set(
      rotated.map(({ name: { time, number } }) => archivedName(replica.name, time, number).stamp),
    );
  };
  const folder = dataFolder(data).heard;
  const states = new StatesReader({ objects, seal, now, onUnsigned });
  return {
    objects,
    seal,
    reader: new ArchiveReader({
      objects,
      seal,
      self: replica.name,
      here,
      folder,
      onUnsigned,
      states: (signal) => states.states(signal),
    }),
    states,
  };
}

/** The objects below the prefix of the settings. */
async function openObjects(
  s3: NonNullable<Config['s3']>,
  { now, network, closing }: Process,
): Promise<Objects> {
  quietS3();
  const { S3Line } = await import('../store/s3/s3-line.js');
  const { S3Bucket } = await import('../store/s3/s3-bucket.js');
  const agent = await network.open({ connectTimeout: CONNECT_TIMEOUT }).agent();
  // The caller reports missing objects.
  const line = new S3Line(s3, { agent, now, onTrouble: () => {} });
  closing.add(() => line.close());
  const bucket = new S3Bucket(line, s3.bucket);
  const { prefix } = s3;
  const bare = (names: readonly string[]) =>
    names.flatMap((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : []));
  return {
    get: (key, signal) => bucket.get(prefix + key, signal),
    put: (key, body, size, signal) => bucket.put(prefix + key, body, size, signal),
    list: async (below, signal) => {
      const { keys, folders } = await bucket.list(prefix + below, signal);
      return { keys: bare(keys), folders: bare(folders) };
    },
  };
}
