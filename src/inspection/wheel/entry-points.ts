import type { ProjectName } from '../../domain/project-name.js';
import { foldPath } from '../archive/member-name.js';
import { oddityOf } from '../archive/portable-name.js';
import type { FindingList } from '../finding-list.js';
import { powerOfScript } from '../startup-hooks/script-names.js';

/**
 * Holds the scripts that `entry_points.txt` makes an installer write to names inside the scripts folder
 * (uv's CVE of 2025 wrote outside), and judges them as files of `.data/scripts`.
 */
export function checkEntryPoints(
  content: Buffer,
  member: string,
  project: ProjectName | undefined,
  findings: FindingList,
): void {
  let section = '';
  for (const raw of content.toString('utf8').split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const heading = /^\[(.*)\]/.exec(line)?.[1];
    if (heading !== undefined) section = heading.trim().toLowerCase();
    else if (section === 'console_scripts' || section === 'gui_scripts') {
      const name = line.split(/[=:]/, 1)[0]!.trim();
      if (name === '' || /[/\\\x00-\x1f:]/.test(name) || /^\.+$/.test(name))
        findings.add('metadata-entry-point', `the script ${name} is no plain name`, { member });
      else checkScript(name, member, project, findings);
    }
  }
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
