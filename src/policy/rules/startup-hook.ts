import { z } from 'zod';
import type { Inspection } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import { codeActions, gentleCodes } from '../code-actions.js';
import type { Hook } from '../entries.js';
import { type Excuse, findings } from './findings.js';
import { settable } from './form.js';
import { ImportedModules } from './imported-modules.js';
import type { Objection } from './rule.js';
import { StartPartners } from './start-partners.js';

/**
 * Startup hooks, except known-good ones. An exception requires identity, not appearance: the exact bytes under the
 * exact name from the project that is known to ship them, or a generator's own output. The code of a `.pth` may be in
 * another package, so a harmless line proves nothing.
 */
export const startupHook = settable({
  about: 'Refuses artifacts that run code at every Python start-up. Default: block.',
  keys: {
    codes: codeActions('startup-hook'),
    templates: z
      .array(z.enum(['setuptools-nspkg']))
      .describe(
        "Generators whose files are allowed if they are byte-identical to the generator's output. Default: [setuptools-nspkg].",
      ),
  },
  defaults: {
    action: 'block',
    codes: gentleCodes('startup-hook'),
    templates: ['setuptools-nspkg'],
  },
  create(settings, { hooks }) {
    const seen = findings('startup-hook', settings, honest(hooks, settings.templates));
    const imported = new ImportedModules(hooks, settings);
    const partners = new StartPartners(settings);
    return (about) => {
      const { inspection } = about.known;
      const found = seen(about);
      if (inspection === undefined || found?.action === 'block') return found;
      const others = [
        found,
        imported.objectionTo(about.subject.project, inspection),
        partners.objectionTo(about),
        unseen(inspection),
      ];
      const objections = others.filter((objection) => objection !== undefined);
      // A warning must not hide a refusal.
      return objections.find(({ action = settings.action }) => action === 'block') ?? objections[0];
    };
  },
});

function honest(hooks: readonly Hook[], templates: readonly string[]): Excuse {
  const known = new Set(
    hooks.flatMap((hook) => hook.sha256.map((sha256) => key(hook.project, hook.file, sha256))),
  );
  const generated = new Set(templates);
  return (finding, { project }) => {
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
}

/**
 * If an inspection was aborted, the rest may contain a hook. A waiver of the rule that reports the abort is given
 * without seeing it, so this rule objects separately.
 */
function unseen(inspection: Inspection): Objection | undefined {
  if (inspection.incomplete !== true) return undefined;
  const why = inspection.findings[0]?.detail ?? 'its inspection was interrupted';
  return { reason: `the search for start-up hooks is incomplete: ${why}`, doubt: true };
}

/** A file name cannot contain a slash, so the three parts remain distinct. */
function key(project: ProjectName, file: string, sha256: string): string {
  return `${project}/${file}/${sha256}`;
}
