import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { Specifier } from '../domain/version.js';
import { type Explanation, explainVerdict, type Facts } from '../verdicts/explain-verdict.js';
import type { Judge } from '../verdicts/judge.js';
import { waysThrough } from '../verdicts/ways-through.js';
import type { ProjectPages } from './project-pages.js';

/** The parts that JSON cannot represent: the input of the rule `attestation`, and lists of releases and wheels. */
type OfPage = 'provenance' | 'wheels' | 'releases';

/** The facts about a file, apart from the other files of its page. */
export interface PlainFacts extends Omit<Facts, 'subject'> {
  readonly subject: Omit<Subject, OfPage>;
}

/** The explanation of one file, and its basis. */
export interface Explained extends Explanation {
  /** The policy entries that would allow the file, each as one line of YAML. Empty if the file is not refused. */
  readonly waive: readonly string[];
  readonly facts: PlainFacts;
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

function plain({
  subject: { provenance: _, wheels: __, releases: ___, ...subject },
  ...rest
}: Facts): PlainFacts {
  return { subject, ...rest };
}
