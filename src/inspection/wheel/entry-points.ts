import type { FindingList } from '../finding-list.js';
import { landings } from '../startup-hooks/landing.js';
import { powerOf } from '../startup-hooks/powerful-names.js';

/**
 * Holds the scripts that `entry_points.txt` makes an installer write to names inside the scripts folder
 * (uv's CVE of 2025 wrote outside), and that are not the interpreter's.
 */
export function checkEntryPoints(content: Buffer, member: string, findings: FindingList): void {
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
      else checkInterpreter(name, member, findings);
    }
  }
}

function checkInterpreter(name: string, member: string, findings: FindingList): void {
  const [landing] = landings(`x.data/scripts/${name}`);
  const power = landing === undefined ? undefined : powerOf(landing, undefined);
  if (power?.kind === 'finding')
    findings.add(power.code, `the script ${name} ${power.why}`, { member, landing: name });
}
