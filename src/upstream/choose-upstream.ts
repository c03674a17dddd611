import type { ProjectName } from '../domain/project-name.js';
import type { Upstream } from './upstream.js';

/**
 * The upstreams that may be asked for a project, in order. A claimed project is looked up where it is
 * claimed and nowhere else, whatever that upstream answers: a private name never falls through.
 */
export function upstreamsFor(
  project: ProjectName,
  upstreams: readonly Upstream[],
): readonly Upstream[] {
  const claiming = upstreams.filter((upstream) => upstream.claims(project));
  return claiming.length > 0 ? claiming : upstreams.filter((upstream) => !upstream.hasClaims);
}
