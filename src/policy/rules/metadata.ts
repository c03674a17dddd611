import { codeActions, gentleCodes } from '../code-actions.js';
import { type Excuse, type FindingsSettings, findings } from './findings.js';
import { settable } from './form.js';
import type { Case, Objection } from './rule.js';

/**
 * METADATA that names another release than the filename, and a wheel whose METADATA differs from the `.metadata`
 * sidecar on the page (PEP 658): resolvers would use one, installers the other.
 */
export const metadata = settable({
  about: 'Refuses artifacts with missing, invalid or contradictory metadata. Default: block.',
  keys: { codes: codeActions('metadata') },
  defaults: { action: 'block', codes: gentleCodes('metadata') },
  create(settings) {
    const seen = findings('metadata', settings, direct(settings));
    return (about) => {
      const found = seen(about);
      if (found?.action === 'block') return found;
      return sidecarDiffers(about) ?? found;
    };
  },
});

/** Companies pin their own projects by URL: at a private upstream, the code counts only if the policy names it. */
function direct({ codes }: FindingsSettings): Excuse {
  return ({ code }, { publicUpstream }) =>
    code === 'metadata-direct-url' && !publicUpstream && codes[code] === undefined;
}

function sidecarDiffers({ subject, known }: Case): Objection | undefined {
  const actual = known.inspection?.metadataSha256;
  const declared = subject.declaredMetadata;
  if (actual === undefined || declared === undefined || actual === declared) return undefined;
  return {
    reason: `its METADATA differs from the index's ${subject.filename}.metadata`,
  };
}
