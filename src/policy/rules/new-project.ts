import { z } from 'zod';
import type { Namespace } from '../../domain/namespaces.js';
import { itsName, newAndAlike } from '../../messages/reasons.js';
import { describeNear, nearName } from '../names/resemblance.js';
import { age, DAY } from '../terms.js';
import { settable } from './form.js';
import type { Case } from './rule.js';

/**
 * Projects that are new at a public index, and new projects whose names resemble another. A private index is the
 * company's own affair. If a public index has no upload times, a project's age is unknown, and only its name counts.
 */
export const newProject = settable({
  about:
    'Refuses projects that are new at the public index, and new names that resemble a known one. Default: warn.',
  keys: {
    younger: age().describe(
      'Age below which a project counts as new, in h, d or w: 12h, 30d. Default: 30d.',
    ),
    near: z
      .enum(['warn', 'block', 'off'])
      .describe(
        'A new project whose name resembles one in use here, or a well-known one; the stronger of this and "action" counts. off: names are not compared. Default: warn.',
      ),
  },
  defaults: { action: 'warn', younger: 30 * DAY, near: 'warn' },
  create({ action, younger, near }) {
    const nearAction = near === 'block' || action === 'block' ? 'block' : 'warn';
    return (about) => {
      const { subject, now, known } = about;
      const { project, projectBegan, uploadTime, publicUpstream } = subject;
      if (!publicUpstream) return undefined;
      if (projectBegan !== undefined && now >= projectBegan + younger) return undefined;
      // Of a record, or of a page that has times: the project is old.
      if (projectBegan === undefined && uploadTime !== undefined) return undefined;
      const resembles = near === 'off' ? undefined : resemblance(about);
      // Read last: the validity of the names is known only after the lookups.
      const { validUntil } = known.names;
      if (projectBegan === undefined) {
        if (resembles === undefined) return { recheckAt: validUntil };
        const reason = `the age of ${project} is unknown to the index, and ${resembles}`;
        return { reason, action: nearAction, recheckAt: validUntil };
      }
      const { text, until } = ageOf(projectBegan, now);
      return {
        reason:
          resembles === undefined ? `${project} is ${text}` : newAndAlike(project, text, resembles),
        ...(resembles !== undefined && { action: nearAction }),
        since: projectBegan,
        until: projectBegan + younger,
        recheckAt: validUntil > now ? Math.min(until, validUntil) : until,
      };
    };
  },
});

/** @returns the age in words, and until when they hold, in milliseconds since 1970 */
function ageOf(began: number, now: number): { readonly text: string; readonly until: number } {
  const days = Math.max(0, Math.floor((now - began) / DAY));
  const text = days === 0 ? 'less than a day old' : days === 1 ? '1 day old' : `${days} days old`;
  return { text, until: began + (days + 1) * DAY };
}

/** The objection to a project's name, as the rest of a sentence; undefined without one. */
function resemblance({ subject, known }: Case): string | undefined {
  const { project, projectBegan, namespaces } = subject;
  // The index has verified the owner of the namespace, who is entitled to the name.
  if (namespaces.some(({ owned }) => owned)) return undefined;
  // Five users of a squat do not make it a known-good project. If its age is unknown, use is the only distinction.
  const isNew = projectBegan !== undefined;
  const near = nearName({ project, isNew, namespaces }, known.names);
  const foreign = namespaces[0];
  if (near === undefined) return foreign && reserved(foreign);
  const says = itsName(describeNear(near));
  return foreign === undefined ? says : `${says}; ${reserved(foreign)}`;
}

function reserved({ name }: Namespace): string {
  return `the namespace ${name} is reserved for another owner (PEP 752)`;
}
