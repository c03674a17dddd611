import type { DecisionLog } from '../decisions/log.js';
import { NO_FEED } from '../domain/malware-feed.js';
import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { Fleet } from '../fleet/fleet.js';
import { Advisories } from '../osv/advisories.js';
import type { ProjectPages } from '../project-pages/project-pages.js';
import type { SuspectedProjects } from '../store/suspected-projects.js';
import { upstreamsFor } from '../upstream/choose-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Judge } from '../verdicts/judge.js';
import type { Machine } from './machine.js';
import type { Process } from './process.js';

interface AdvisorySources {
  readonly process: Process;
  readonly machine: Machine;
  readonly fleet: Fleet;
  readonly judge: Judge;
  readonly pages: ProjectPages;
  readonly upstreams: readonly Upstream[];
}

/** The known advisories on releases, from data in this process. */
export function createAdvisories({
  process: { now },
  machine: { feed },
  fleet: { stores },
  judge,
  pages,
  upstreams,
}: AdvisorySources): Advisories {
  return new Advisories({
    judge,
    findings: stores.findings,
    suspected: stores.suspected,
    feed: () => feed?.current ?? NO_FEED,
    recentFiles: (project) => pages.recent(project)?.files(),
    upstreamOf: (project) => upstreamOf(project, pages, upstreams),
    now,
  });
}

/** The source of the project's current page; or else the index that claims the project; or else the public index. */
export function upstreamOf(
  project: ProjectName,
  pages: Pick<ProjectPages, 'recent'>,
  upstreams: readonly Upstream[],
): Pick<Subject, 'upstream' | 'publicUpstream'> {
  const asked = upstreamsFor(project, upstreams);
  const { name, isPublic } =
    pages.recent(project)?.upstream ?? asked.find((one) => one.isPublic) ?? asked[0]!;
  return { upstream: name, publicUpstream: isPublic };
}

/** Notes each denial of a file by its contents, if the inspection had no finding for it. */
export function noteDenied(log: DecisionLog, suspected: SuspectedProjects): DecisionLog {
  return {
    append: (record) => {
      const project =
        !('event' in record) && record.verdict === 'block' && record.rule === 'deny'
          ? parseProjectName(record.project)
          : undefined;
      if (project !== undefined) suspected.add(project);
      return log.append(record);
    },
    close: () => log.close(),
  };
}
