import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { FileDecisionLog, type Written } from '../decisions/file-log.js';
import { FileDecisionReader } from '../decisions/file-reader.js';
import { FleetReader, type Missing } from '../decisions/fleet-reader.js';
import type { LiveLog } from '../decisions/live-log.js';
import type { BackwardReader } from '../decisions/reader.js';
import type { RollupKeeper } from '../decisions/rollups/rollup-keeper.js';
import { Uploading } from '../replicas/decisions/archive/uploading.js';
import { Following } from '../replicas/decisions/following.js';
import { Hearing } from '../replicas/decisions/hearing.js';
import { missingOf } from '../replicas/decisions/missing.js';
import { Telling } from '../replicas/decisions/telling.js';
import { Seal } from '../replicas/seal.js';
import { everyUnref } from '../runtime/change-watch.js';
import { backgroundTimers } from '../runtime/timers.js';
import type { Archive } from './archive.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';
import type { Replicas } from './replicas.js';

/** Decisions of other replicas are kept in this many files of this size: slightly more than Redis keeps. */
const HEARD = { maxBytes: 32 * 2 ** 20, keep: 2, compress: true, fsync: false };

/** Maximum wait for an object that was put into the archive, in milliseconds. */
const PATIENCE = 5_000;

/** Connects the decisions of this machine to those of the other replicas. */
export interface FleetDecisions {
  /** Announces records that were written to our log. */
  tell(written: readonly Written[]): void;
  /** Counts and shows the others' decisions, from the last known position. */
  follow(rollups: RollupKeeper, live: LiveLog): Promise<void>;
  /** Decisions of the others that were not heard. */
  missed(): readonly Missing[];
  /** Decisions of the others that cannot be found from here. */
  missing(heardSince: string | undefined): Promise<readonly Missing[]>;
}

/** @returns undefined without a secret: messages could not be authenticated */
export function createFleetDecisions(
  { replica: { name, secret }, data }: Config,
  process: Process,
  { line }: Redis,
  replicas: Replicas | undefined,
  archive: Archive | undefined,
): FleetDecisions | undefined {
  if (secret === undefined) return undefined;
  const { now, log, metrics, closing } = process;
  const seal = new Seal(secret);
  for (const result of ['sent', 'dropped']) metrics.decisionsSent.inc({ result }, 0);
  for (const result of ['heard', 'missed']) metrics.decisionsHeard.inc({ result }, 0);
  const telling = new Telling(
    { replica: name, run: randomUUID() },
    {
      line,
      seal,
      timers: backgroundTimers,
      onSent: (count) => metrics.decisionsSent.inc({ result: 'sent' }, count),
      onDropped: (count) => metrics.decisionsSent.inc({ result: 'dropped' }, count),
    },
  );
  // Runs after the log is closed.
  closing.add(() => telling.close());
  const onTrouble = (err: unknown) =>
    log.warn({ err }, 'decisions of other replicas could not be stored');
  const heard = new FileDecisionLog({ ...HEARD, file: heardFile(data) }, now, { onTrouble });
  replicas?.tellDecided(() => telling.decided);
  let following: Following | undefined;
  let hearing: Hearing | undefined;
  const begun = new Date(now()).toISOString();
  replicas?.onRoster((roster) => hearing?.note(roster));
  const missed = (): readonly Missing[] =>
    hearing?.missing() ?? [{ from: begun, to: undefined, why: 'late' }];
  return {
    tell: (written) => telling.note(written),
    follow: async (rollups, live) => {
      if (closing.hasBegun) return;
      await heard.open().catch(onTrouble);
      closing.add(() => heard.close());
      const followed = new Following(
        {
          self: name,
          line,
          seal,
          every: everyUnref,
          now,
          onHeard: async (written, upTo) => {
            await Promise.all(
              written.flatMap(({ record }) => record && heard.append(record)),
            ).catch(onTrouble);
            rollups.noteOthers(written, upTo);
            live.note(written);
          },
          onCounted: ({ heard: count, missed: lost, unsigned }) => {
            metrics.decisionsHeard.inc({ result: 'heard' }, count);
            metrics.decisionsHeard.inc({ result: 'missed' }, lost);
            metrics.unsignedValues.inc({ what: 'decisions' }, unsigned);
          },
          onLooked: (isAnswered) => {
            if (!isAnswered) hearing?.failed();
            else if (hearing?.answered() === true) replicas?.beat();
          },
        },
        rollups.rollups.others,
      );
      hearing = new Hearing({
        self: name,
        runs: followed.runs,
        now: () => replicas?.now ?? now(),
      });
      closing.add(() => followed.close());
      following = followed;
      followed.begin();
    },
    missed,
    missing: (heardSince) =>
      missingOf({
        self: name,
        now: now(),
        replicas: replicas?.known ?? [],
        heard: following?.runs.replicas ?? [],
        missed: missed(),
        heardSince,
        states: archive && (() => archive.states.states(AbortSignal.timeout(PATIENCE))),
      }),
  };
}

/** Searches the decisions of all replicas, from any process of this machine. */
export function createFleetReader(
  { data }: Config,
  own: BackwardReader,
  archive: Archive | undefined,
  missing: FleetDecisions['missing'],
): BackwardReader {
  const heard = new FileDecisionReader(heardFile(data));
  return new FleetReader({ own, heard, archive: archive?.reader, missing });
}

function heardFile(data: string): string {
  return join(dataFolder(data).heard, 'decisions.jsonl');
}

/** Archives the rotated files of our log. @param putAside a rotated file */
export function createUploading(
  { replica: { name }, decisions, data }: Config,
  { now, log, metrics, health }: Process,
  { objects, seal }: Archive,
  putAside: () => Promise<void>,
): Uploading {
  let said: string | undefined;
  health.set('archive', 'ok');
  for (const result of ['kept', 'failed']) metrics.archivedFiles.inc({ result }, 0);
  return new Uploading(
    { replica: name, log: decisions.file, memory: dataFolder(data).archived },
    {
      objects,
      seal,
      every: everyUnref,
      now,
      putAside,
      onPut: (result) => metrics.archivedFiles.inc({ result }),
      onTrouble: (detail) => {
        if (detail === undefined) health.set('archive', 'ok');
        else
          health.set(
            'archive',
            'degraded',
            `decision log files are waiting for upload to S3: ${detail}`,
          );
        if (detail !== undefined && detail !== said)
          log.warn({ detail }, 'decision log files could not be uploaded to S3; retrying');
        said = detail;
      },
    },
  );
}
