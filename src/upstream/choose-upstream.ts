import type { ProjectName } from '../domain/project-name.js';
import type { Upstream } from './upstream.js';

/**
 * The upstreams for a project, in order. A claimed project is looked up only at its claiming upstream, whatever the
 * response: a private name never falls through.
 */
export function upstreamsFor(
  project: ProjectName,
  upstreams: readonly Upstream[],
): readonly Upstream[] {
  const claiming = upstreams.filter((upstream) => upstream.claims(project));
  return claiming.length > 0 ? claiming : upstreams.filter((upstream) => !upstream.hasClaims);
}
