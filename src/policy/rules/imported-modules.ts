import type { Inspection } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Hook } from '../entries.js';
import type { FindingsSettings } from './findings.js';
import type { Objection } from './rule.js';

interface Imported {
  /** One of the hooks that import it, for people. */
  readonly hook: Hook;
  /** The projects whose hooks import it: these may bring it. */
  readonly owners: Set<ProjectName>;
}

/**
 * The modules that known-good startup hooks import. A project that provides such a module has its code executed at
 * every start where the hook is installed, as with a hook of its own. Therefore only the projects of these hooks may
 * provide them.
 */
export class ImportedModules {
  /** By name in lower case, for some systems take names so. */
  readonly #modules = new Map<string, Imported>();

  readonly #action: 'block' | 'warn' | 'off';

  /** @param settings its action for the finding `foreign-hook` also applies here */
  constructor(hooks: readonly Hook[], { action, codes }: FindingsSettings) {
    this.#action = codes['foreign-hook'] ?? action;
    for (const hook of hooks)
      for (const name of hook.imports ?? []) {
        const module = name.toLowerCase();
        const known = this.#modules.get(module) ?? { hook, owners: new Set() };
        known.owners.add(hook.project);
        this.#modules.set(module, known);
      }
  }

  /** Matches a project that provides a module that another project's hook imports. */
  objectionTo(
    project: ProjectName,
    { modules = [], modulesCut }: Inspection,
  ): Objection | undefined {
    if (this.#action === 'off' || this.#modules.size === 0) return undefined;
    for (const module of modules) {
      const known = this.#modules.get(module);
      if (known !== undefined && !known.owners.has(project))
        return {
          reason: `it contains the module ${module}, which ${known.hook.file}, a start-up hook of ${known.hook.project}, imports`,
          action: this.#action,
        };
    }
    if (modulesCut !== true) return undefined;
    return {
      reason: `it contains over ${modules.length} modules, too many to check against start-up hooks`,
      doubt: true,
      action: this.#action,
    };
  }
}
