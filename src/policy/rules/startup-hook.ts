import type { ProjectName } from '../../domain/project-name.js';
import type { Hook } from '../schema.js';
import { type Excuse, findings } from './findings.js';
import type { Judge } from './rule.js';

/**
 * Start-up hooks, but for those known to be honest. What excuses is identity, never looks: the exact bytes
 * under the exact name from the project that is known to ship them, or a generator's own output. The code
 * in a `.pth` may sit in another package, so nothing can be told from how harmless the line reads.
 */
export function startupHook(hooks: readonly Hook[], templates: readonly string[]): Judge {
  const known = new Set(
    hooks.flatMap((hook) => hook.sha256.map((sha256) => key(hook.project, hook.file, sha256))),
  );
  const generated = new Set(templates);
  const excused: Excuse = (finding, project) => {
    if (finding.sha256 !== undefined) {
      const file = finding.landing ?? finding.member?.replace(/^.*[/\\]/, '') ?? '';
      if (known.has(key(project, file, finding.sha256))) return true;
    }
    return (
      finding.code === 'pth-executable' &&
      finding.template !== undefined &&
      generated.has(finding.template)
    );
  };
  return findings('startup-hook', excused);
}

/** A file name holds no slash, so the three parts stay apart. */
function key(project: ProjectName, file: string, sha256: string): string {
  return `${project}/${file}/${sha256}`;
}
