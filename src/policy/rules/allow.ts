import { ProjectSet } from '../../domain/project-glob.js';
import { settable } from './form.js';

/** If there is an allow list, only its projects are allowed. */
export const allow = settable({
  about: 'Refuses projects that are not on the "allow" list, if there is one. Default: block.',
  keys: {},
  defaults: { action: 'block' },
  create(_settings, lists) {
    if (lists.allow === undefined) return () => undefined;
    const allowed = new ProjectSet(lists.allow);
    return ({ subject }) =>
      allowed.has(subject.project)
        ? undefined
        : { reason: `${subject.project} is not on the allow list` };
  },
});
