import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config } from '../config/config.js';
import { loadPolicy, type ReadPolicy } from '../policy/load.js';
import { policyFilesIn } from '../policy/read-policy-files.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import { weakened } from '../policy/weakened.js';
import { KeptBundle } from '../replicas/policy/kept-bundle.js';
import { SharedPolicy, type SharedPolicyEvent } from '../replicas/policy/shared-policy.js';
import { Seal } from '../replicas/seal.js';
import { everyUnref } from '../runtime/change-watch.js';
import { formatProblem } from '../yaml/problem.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';
import { POLICY_CHANNEL, type Replicas } from './replicas.js';

/** So many of the clauses of an edit are logged. */
const MOST_CLAUSES = 50;

/** A policy that replicas share, before its users are known. */
export interface Sharing {
  readonly policy: SharedPolicy;
  /** Sets the reader of the policy and the other replicas. */
  connect(policies: PolicyWatcher, replicas: Replicas): void;
}

/** @returns undefined if each replica has a separate policy */
export async function createSharing(
  config: Config,
  { now, log, health, metrics, closing }: Process,
  { line, events }: Redis,
  read: ReadPolicy,
): Promise<Sharing | undefined> {
  const { replica, policies: folder, data, upstreams } = config;
  const { secret, sharePolicy, name } = replica;
  if (secret === undefined || !sharePolicy) return undefined;
  let policies: PolicyWatcher | undefined;
  let replicas: Replicas | undefined;
  const seal = new Seal(secret);
  health.set('shared-policy', 'ok');
  const own = folder === undefined ? [] : [folder];
  const noteEvent = (event: SharedPolicyEvent): void => {
    if (event.kind === 'unsigned') return metrics.unsignedValues.inc({ what: 'policy' });
    if (event.kind === 'too-large')
      return health.set('shared-policy', 'degraded', 'the policy folder is too large to be shared');
    const { seq, by, files } = event.bundle;
    const about = { seq, by, files: files.map((file) => file.name) };
    if (event.kind === 'refused') {
      health.set('shared-policy', 'degraded', `what ${by} shares (${seq}) is invalid here`);
      for (const problem of event.problems) log.error(about, `shared policy rejected: ${problem}`);
      return;
    }
    health.set('shared-policy', 'ok', `${seq}, of ${by}`);
    if (event.kind === 'taken') return log.info(about, 'applied the policy of another replica');
    log.info(about, 'the policy folder is shared with the other replicas');
    events.announce(POLICY_CHANNEL);
  };
  const policy = await SharedPolicy.open({
    self: name,
    own,
    line,
    seal,
    kept: new KeptBundle(dataFolder(data).sharedPolicy, seal),
    every: everyUnref,
    now,
    readOwn: async () => {
      const paths = (await Promise.all(own.map(policyFilesIn))).flat();
      return Promise.all(
        // As the policy is read: without a byte order mark.
        paths.map(async (path) => ({
          name: basename(path),
          text: new TextDecoder().decode(await readFile(path)),
        })),
      );
    },
    problemsIn: async (tried) => {
      const options = { now: now(), serving: true, upstreams: upstreams.map((one) => one.name) };
      const { problems } = await loadPolicy([tried], options, read);
      return problems.map(formatProblem);
    },
    reload: async () => {
      await policies?.reload();
    },
    highest: () => Math.max(0, ...(replicas?.others ?? []).map(({ policySeq = 0 }) => policySeq)),
    onEvent: noteEvent,
  });
  closing.add(() => policy.close());
  return {
    policy,
    connect: (watcher, known) => {
      policies = watcher;
      replicas = known;
      let before = watcher.meaning;
      watcher.onChange(() => {
        const clauses = weakened(before, watcher.meaning);
        before = watcher.meaning;
        if (clauses.length === 0) return;
        const by = policy.inForce?.by ?? name;
        const said = clauses.slice(0, MOST_CLAUSES);
        log.warn(
          { by, clauses: said, more: clauses.length - said.length },
          'the policy is weaker than before',
        );
      });
    },
  };
}
