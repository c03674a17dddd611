import type { ProjectName } from '../domain/project-name.js';
import type { Specifier } from '../domain/version.js';
import { type Explanation, explainVerdict, type Facts } from '../verdicts/explain-verdict.js';
import type { Judge } from '../verdicts/judge.js';
import { waysThrough } from '../verdicts/ways-through.js';
import type { ProjectPages } from './project-pages.js';

/** The explanation of one file, and its basis. */
export interface Explained extends Explanation {
  /** The policy entries that would allow the file, each as one line of YAML. Empty if the file is not refused. */
  readonly waive: readonly string[];
  readonly facts: Facts;
}

/** Explains each file of a project whose version the specifier matches, in the page's order. */
export async function explain(
  pages: ProjectPages,
  judge: Judge,
  project: ProjectName,
  specifier: Specifier | undefined,
): Promise<Explained[]> {
  const listed = await pages.list(project);
  const explanations: Explained[] = [];
  if (listed[0] === undefined) return explanations;
  const verdicts = await judge.ofPage(listed[0].subject);
  for (const { subject } of listed) {
    const { version } = subject;
    if (specifier !== undefined && (version === undefined || !specifier.matches(version))) continue;
    const inspection = verdicts.inspectionOf(subject);
    const facts = { subject, inspection, malware: judge.malware(subject) };
    const verdict = verdicts.of(subject);
    explanations.push({
      ...explainVerdict(facts, verdict),
      waive: waysThrough(facts, verdict),
      facts: plain(facts),
    });
  }
  return explanations;
}

/** Without the parts that JSON cannot represent: the input of the rule `attestation`, and the list of wheels. */
function plain({
  subject: { provenance: _, wheels: __, releases: ___, ...subject },
  ...rest
}: Facts): Facts {
  return { subject, ...rest };
}
