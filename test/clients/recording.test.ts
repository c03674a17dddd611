import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { refusedPhrase } from '../../src/messages/refusals.js';
import { listensOn } from '../../src/messages/start.js';
import { ANY, saying } from '../support/messages.js';
import { client } from '../support/requirements.js';
import { linesOfPicture } from '../support/terminal-picture.js';
import { recordTerminal, type TerminalStep } from '../support/terminal-recording.js';

const pip = client('pip');

/** What of a step must be the same in the picture: its wording changes with pip's and ours. */
const FACTS: readonly (readonly [command: string, facts: readonly RegExp[]])[] = [
  ['wheelgate serve &', [saying(listensOn('http://127.0.0.1:8080'))]],
  ['export PIP_INDEX_URL=http://127.0.0.1:8080/simple/', []],
  ['pip install lumen-http', [/Successfully installed lumen-http-3\.2\.1/]],
  [
    'pip install tidewater==2.4.1',
    [
      saying(`403 Client Error: ${refusedPhrase(ANY)}`),
      /tidewater\.pth/,
      /\(startup-hook\)/,
      /\/w\/\w{10}/,
    ],
  ],
  ['pip install tidewater', [/Successfully installed tidewater-2\.4\.0/]],
  ['wheelgate explain tidewater', [/allow +tidewater-2\.4\.0/, /BLOCK +tidewater-2\.4\.1/]],
];

describe('the terminal in README.md', { skip: pip.skip }, () => {
  let recorded: readonly TerminalStep[];
  before(async () => {
    recorded = await recordTerminal(pip.found!);
  });

  /** Lines that were broken at the terminal's width are whole again. */
  const shown = linesOfPicture(readFileSync('docs/images/install.svg', 'utf8')).join('');

  it('has the commands that a recording has, in their order', () => {
    const commands = recorded.map(({ command }) => command);
    assert.deepEqual(
      commands,
      FACTS.map(([command]) => command),
    );
    const places = commands.map((command) => shown.indexOf(`$ ${command}`));
    assert.ok(!places.includes(-1), 'npm run recording writes it anew');
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  it('shows what becomes of them with the pip and the server that are here', () => {
    for (const [index, [command, facts]] of FACTS.entries()) {
      const said = recorded[index]!.lines.join('');
      for (const fact of facts) {
        assert.match(said, fact, command);
        assert.match(shown, fact, `${command}: npm run recording writes it anew`);
      }
    }
  });
});
