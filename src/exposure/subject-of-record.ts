import type { DecisionRecord } from '../decisions/record.js';
import { readReleases } from '../domain/dated-releases.js';
import { parseSha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { readFacts } from '../domain/page-facts.js';
import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';

/** The file of a decision, according to its record; undefined if it names no project. */
export function subjectOfRecord(record: DecisionRecord): Subject | undefined {
  const project = parseProjectName(record.project);
  if (project === undefined) return undefined;
  return {
    upstream: record.upstream,
    project,
    version: record.version,
    filename: record.filename,
    kind: kindOf(record.filename, project),
    sha256: parseSha256(record.sha256),
    integrity: integrityOf(record),
    size: undefined,
    ...readFacts(record.page ?? {}),
    releases: readReleases(record.page?.below),
  };
}

/** The index's declaration is not in the log, so a refusal because of it is kept. */
function integrityOf({
  rule,
  reason,
  sha256,
  verdict,
  waiver,
}: DecisionRecord): Subject['integrity'] {
  // A replaced file is known by its new bytes; of other doubts no record has a digest.
  if (rule === 'integrity' && (verdict === 'block' || waiver !== undefined))
    return { doubt: (reason ?? '').replace(/ \(integrity\)$/, ''), other: parseSha256(sha256) };
  return sha256 === undefined ? 'on-arrival' : undefined;
}

function kindOf(filename: string, project: ProjectName): Subject['kind'] {
  return parseDistributionFilename(filename, project)?.kind ?? 'other';
}
