import type { Inspection } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Hook } from '../schema.js';
import { type Excuse, type FindingsSettings, findings } from './findings.js';
import { ImportedModules } from './imported-modules.js';
import type { Objection, Rule } from './rule.js';

/**
 * Start-up hooks, but for those known to be honest. What excuses is identity, never looks: the exact bytes
 * under the exact name from the project that is known to ship them, or a generator's own output. The code
 * in a `.pth` may sit in another package, so nothing can be told from how harmless the line reads.
 */
export function startupHook(
  settings: FindingsSettings & { readonly templates?: readonly string[] | undefined },
  hooks: readonly Hook[],
): Rule {
  const known = new Set(
    hooks.flatMap((hook) => hook.sha256.map((sha256) => key(hook.project, hook.file, sha256))),
  );
  const generated = new Set(settings.templates);
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
  const seen = findings('startup-hook', settings, excused);
  const imported = new ImportedModules(hooks, settings);
  return (about) => {
    const { inspection } = about.known;
    const found = seen(about);
    if (inspection === undefined || found?.action === 'block') return found;
    const others = [
      found,
      imported.objectionTo(about.subject.project, inspection),
      unseen(inspection),
    ];
    const objections = others.filter((objection) => objection !== undefined);
    // What only warns must not hide what refuses.
    return objections.find(({ action = settings.action }) => action === 'block') ?? objections[0];
  };
}

/**
 * Where an inspection broke off, the rest may hold a hook: whoever waives or switches off the rule that says
 * why has not seen it, so this rule has its own say.
 */
function unseen(inspection: Inspection): Objection | undefined {
  if (inspection.incomplete !== true) return undefined;
  const why = inspection.findings[0]?.detail ?? 'its inspection broke off';
  return { reason: `not all of it could be searched for start-up hooks: ${why}`, doubt: true };
}

/** A file name holds no slash, so the three parts stay apart. */
function key(project: ProjectName, file: string, sha256: string): string {
  return `${project}/${file}/${sha256}`;
}
