import type { ProjectName } from '../../domain/project-name.js';
import { foldPath } from '../archive/member-name.js';
import { oddityOf } from '../archive/portable-name.js';
import type { FindingList } from '../finding-list.js';
import { powerOfScript } from '../startup-hooks/script-names.js';
import { readScriptNames } from './entry-point-lines.js';

/**
 * Restricts the scripts that installers create from `entry_points.txt` to names inside the scripts folder (uv's CVE of
 * 2025 wrote outside) and to unambiguous entries, and judges them as files of `.data/scripts`.
 */
export function checkEntryPoints(
  content: Buffer,
  member: string,
  project: ProjectName | undefined,
  findings: FindingList,
): void {
  const { names, outside, doubts } = readScriptNames(content);
  for (const name of outside)
    findings.add('metadata-entry-point', `the script ${name} is not a plain name`, { member });
  for (const doubt of doubts)
    findings.add('metadata-entry-points', `${member} is ambiguous: ${doubt}`, {
      member,
    });
  for (const name of names) checkScript(name, member, project, findings);
}

function checkScript(
  name: string,
  member: string,
  project: ProjectName | undefined,
  findings: FindingList,
): void {
  const oddity = oddityOf(name);
  if (oddity !== undefined)
    findings.add('metadata-entry-point', `the script ${name} ${oddity.why}`, { member });
  const power = powerOfScript([foldPath(name)], project);
  if (power !== undefined)
    findings.add(power.code, `the script ${name} ${power.why}`, { member, landing: name });
}
