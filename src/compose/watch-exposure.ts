import type { Config } from '../config/config.js';
import { parseProjectName } from '../domain/project-name.js';
import { ACCUSING } from '../domain/rules.js';
import { findDeniedSince } from '../exposure/denied-since.js';
import { loadExposureState, writeExposureState } from '../exposure/exposure-state.js';
import { ExposureWatch } from '../exposure/exposure-watch.js';
import type { Fleet } from '../fleet/fleet.js';
import { notSearched } from '../messages/decisions.js';
import { writeAtomically } from '../store/disk/atomic-file.js';
import type { Judge } from '../verdicts/judge.js';
import { dataFolder } from './data-folder.js';
import type { KeptMachine } from './machine.js';
import type { Process } from './process.js';

/** Until a log that could not be read whole is read again, in milliseconds. */
const PATIENCE = 5 * 60_000;

/** Reports earlier downloads of files that are now denied, after each change of policy or feed and at the start. */
export function watchExposure(
  config: Config,
  { now, log, metrics, closing }: Process,
  { policies, feed, scanned, troubles }: KeptMachine,
  { decisions, decisionReader, stores }: Fleet,
  judge: Judge,
): ExposureWatch {
  const file = dataFolder(config.data).exposure;
  for (const rule of ACCUSING) metrics.exposedDownloads.inc({ rule }, 0);
  const exposure = new ExposureWatch({
    load: () => loadExposureState(file, (path, why) => troubles.unreadable(path, why)),
    save: (state) => writeAtomically(file, writeExposureState(state)),
    search: (told) => findDeniedSince(decisionReader, judge, stores.findings, told),
    onExposed: (exposed) => {
      // Parts may add up to a whole: a client that resumed a download holds the file.
      metrics.exposedDownloads.inc({ rule: exposed.rule }, exposed.downloads + exposed.parts);
      const project = parseProjectName(exposed.project);
      if (project !== undefined) stores.suspected.add(project);
      const { revision } = policies.current;
      const time = new Date(now()).toISOString();
      log.warn({ exposed }, 'clients downloaded an artifact that is now denied');
      void decisions.append({ event: 'exposed', time, revision, ...exposed });
    },
    onSearched: (gaps) => {
      metrics.exposureIncomplete.set(gaps.length === 0 ? 0 : 1);
      for (const gap of gaps) log.warn(notSearched(gap));
    },
    onError: (err) => {
      metrics.exposureIncomplete.set(1);
      log.warn({ err }, 'the decision log could not be searched for denied artifacts');
    },
    later: (work) => setTimeout(work, PATIENCE).unref(),
  });
  closing.add(() => exposure.close());
  policies.onChange(() => exposure.check(judge.revisions));
  feed?.onChange(() => exposure.check(judge.revisions));
  void scanned.then(() => exposure.check(judge.revisions));
  return exposure;
}
