import type { AskFacts, LockedFileFacts } from '../audit/locks/change-facts.js';
import type { WhyAnswer } from '../http/routes/why.js';
import { askServer, ServerProblem } from './ask-server.js';
import { UsageError } from './output.js';

/**
 * Makes the function that asks a running Wheelgate about locked files.
 * @param server its URL; WHEELGATE_TOKEN is shown to it
 */
export function lockedFacts(server: string): AskFacts {
  return async (project, filename) => {
    const path = `/api/v1/projects/${encodeURIComponent(project)}/files/${encodeURIComponent(filename)}`;
    try {
      return factsOf(await askServer<WhyAnswer>(server, path, {}));
    } catch (error) {
      if (error instanceof ServerProblem && error.status === 404) return undefined;
      // The option that names the server is called otherwise here.
      if (error instanceof UsageError && !(error instanceof ServerProblem))
        throw new UsageError(error.message.replace('--server', '--index'));
      throw error;
    }
  };
}

function factsOf(why: WhyAnswer): LockedFileFacts {
  const { verdict, rule, reason, reference, facts, inspected, findings, attestation } = why;
  return {
    verdict,
    rule,
    reason,
    reference,
    uploaded: facts.uploaded,
    inspected,
    hooks: findings
      .filter((finding) => finding.rule === 'startup-hook')
      .map(({ landing, member, code, sha256 }) => ({ name: landing ?? member ?? code, sha256 })),
    publishers: publishersOf(attestation),
  };
}

function publishersOf(attestation: WhyAnswer['attestation']): readonly string[] | undefined {
  if (attestation.kind === 'attested') return attestation.publishers;
  return attestation.kind === 'none' || attestation.kind === 'unverifiable' ? [] : undefined;
}
