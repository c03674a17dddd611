import assert from 'node:assert/strict';
import { it } from 'node:test';
import { shortAgent } from '../../src/domain/short-agent.js';
import { AGENTS } from '../support/agents.js';
import { HOSTILE } from '../support/hostile-texts.js';

const json = (value: unknown) => `pip/26.3 ${JSON.stringify(value)}`;

const SHORT: readonly (readonly [string, string])[] = [
  [AGENTS.pip, 'pip 26.3 (CPython 3.11.7, Linux)'],
  [AGENTS.uv, 'uv 0.13.9 (CPython 3.11.7, Linux)'],
  [AGENTS.poetry, 'poetry 2.5.1 (CPython 3.11.7, Linux)'],
  [AGENTS.pdm, 'pdm 2.26.2 (CPython 3.11.7, Linux)'],
  ['unearth/0.17.2', 'unearth 0.17.2'],
  ['curl/8.5.0', 'curl 8.5.0'],
  ['python-requests/2.32.3', 'python-requests 2.32.3'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)', 'Mozilla 5.0'],
  ['agent of somebody', 'agent of somebody'],
  ['', ''],
  // The decision log cuts a long text.
  [`${AGENTS.pip.slice(0, 300)}…`, 'pip 26.3'],
  [json({ implementation: { name: 'PyPy', version: '7.3.17' } }), 'pip 26.3 (PyPy 7.3.17)'],
  [json({ system: { name: 'Darwin', release: '24.1.0' } }), 'pip 26.3 (Darwin)'],
  [json({ implementation: null, system: [] }), 'pip 26.3'],
  [json({ implementation: { name: '</td><b>', version: 3 }, system: 'Linux' }), 'pip 26.3'],
  [json({ system: { name: 'L'.repeat(400) } }), `pip 26.3 (${'L'.repeat(24)}…)`],
  [`pip/26.3 ${'{"a":'.repeat(1_000)}`, 'pip 26.3'],
  [`pip/26.3 {"__proto__":{"implementation":{"name":"x"}}}`, 'pip 26.3'],
  [`${'a'.repeat(400)}/${'1'.repeat(400)}`, `${'a'.repeat(24)}… ${'1'.repeat(24)}…`],
  ['😀'.repeat(300), `${'😀'.repeat(40)}…`],
];

for (const [text, short] of SHORT)
  it(`${JSON.stringify(text.slice(0, 60))} is ${JSON.stringify(short.slice(0, 60))} in short`, () => {
    assert.equal(shortAgent(text), short);
  });

it('a hostile text is bounded wherever a client puts it', () => {
  for (const core of HOSTILE)
    for (const text of [
      core.repeat(100),
      `pip/26.3 ${core.repeat(100)}`,
      json({ implementation: { name: core.repeat(100), version: core.repeat(100) } }),
    ])
      assert.ok([...shortAgent(text)].length <= 41, text);
});
