// `npm run recording`: creates the terminal picture of README.md, docs/images/install.svg, with a real pip and a real
// server. It needs pip. The server's index is invented, and no request leaves the machine.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const { recordTerminal } = await import('../build/test/support/terminal-recording.js');
const { terminalPicture } = await import('../build/test/support/terminal-picture.js');
const { client } = await import('../build/test/support/requirements.js');

const FILE = 'docs/images/install.svg';

const { found, skip } = client('pip');
if (found === undefined) {
  console.error(skip);
  process.exit(2);
}
const { stdout } = spawnSync(found, ['--version'], { encoding: 'utf8' });
const [, version] = /^pip (\S+)/.exec(stdout);
const about = `A terminal, recorded with pip ${version}: pip installs an allowed package, is refused a release with a start-up hook, and installs the release before it; wheelgate explain lists both.`;
writeFileSync(FILE, terminalPicture(await recordTerminal(found), about));
console.log(`${FILE}: pip ${version}`);
