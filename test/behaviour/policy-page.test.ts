import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { askForTokens, bearer } from '../support/tokens.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const HOUR = 3_600_000;
const RULES = `# secret of the platform team
rules:
  cooldown: { action: block, age: 5d } # agreed with mallory
`;
const WAIVERS = `waivers:
${[
  ['long', '2026-12-20'],
  ['soon', '2026-11-09'],
  ['gone', '2026-10-20'],
  ['far', '2029-01-01'],
]
  .map(
    ([project, expires]) =>
      `  - { rule: cooldown, project: ${project}, versions: "==1", reason: r, owner: owner-of-it, expires: ${expires} }\n`,
  )
  .join('')}`;
const DENY = `deny:
  - project: evil
    reason: "it steals # tokens"
`;

describe('the policy page', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      policies: { '10-rules.yaml': RULES, '20-waivers.yaml': WAIVERS, '30-deny.yaml': DENY },
      config: { 'dashboard.identities': 'shown' },
    });
  });
  after(() => gate.close());

  const report = async () => (await gate.get('/api/v1/policy')).json();
  const page = async () => (await gate.get('/policy')).body.toString();

  it('tells the revision in force, and of each setting in which line of which file it is said', async () => {
    const { revision, rules, settings, failing } = await report();
    assert.equal(revision, gate.gate.policies.current.revision);
    assert.equal(failing, undefined);
    const cooldown = rules.find(({ rule }: { rule: string }) => rule === 'cooldown');
    assert.equal(cooldown.action, 'block');
    assert.deepEqual(cooldown.settings, [
      { key: 'action', value: 'block', at: { layer: 'own', file: '10-rules.yaml', line: 3 } },
      { key: 'age', value: '5d', at: { layer: 'own', file: '10-rules.yaml', line: 3 } },
      { key: 'security-fixes', value: 'off', at: cooldown.settings.at(-1).at },
    ]);
    assert.equal(cooldown.settings.at(-1).at.layer, 'shipped');
    const record = rules.find(({ rule }: { rule: string }) => rule === 'record');
    assert.equal(record.settings.at(-1).key, 'codes.record-wheel-file');
    assert.equal(record.settings.at(-1).at.layer, 'shipped');
    assert.deepEqual(settings[0].value, 'enforce');
    const hooks = rules.find(({ rule }: { rule: string }) => rule === 'startup-hook');
    const byDefault = hooks.settings.find(({ at }: { at: unknown }) => at === undefined);
    assert.equal(byDefault?.at, undefined);
    const html = await page();
    assert.match(html, new RegExp(revision));
    assert.match(html, /href="\.\/policy\/files\/own\/10-rules\.yaml#L3">10-rules\.yaml:3</);
  });

  it('lists waivers by their states, the next to end first and the ended last', async () => {
    const { waivers } = await report();
    assert.deepEqual(waivers.states, { active: 1, ending: 1, expired: 1, early: 1 });
    assert.deepEqual(
      waivers.entries.map(({ project, state }: Record<string, string>) => `${project} ${state}`),
      ['soon ending', 'long active', 'far early', 'gone expired'],
    );
    const html = await page();
    for (const word of ['▲ ends soon', '✔ active', '✖ not yet', '✖ expired'])
      assert.ok(html.includes(word), word);
  });

  it('lists denials and honest hooks, your own before those that are shipped', async () => {
    const { denials, hooks, files } = await report();
    assert.equal(denials.entries[0].project, 'evil');
    assert.deepEqual(denials.entries[0].at, { layer: 'own', file: '30-deny.yaml', line: 2 });
    assert.equal(denials.entries[1].at.layer, 'shipped');
    assert.equal(denials.count, denials.entries.length);
    assert.ok(hooks.count > 5);
    assert.deepEqual(
      files
        .filter(({ layer }: { layer: string }) => layer === 'own')
        .map(({ name }: { name: string }) => name),
      ['10-rules.yaml', '20-waivers.yaml', '30-deny.yaml'],
    );
    assert.equal(files.at(-1).text, DENY);
  });

  it('shows each file line by line, each under its number, and no file that is not in force', async () => {
    const answer = await gate.get('/policy/files/own/30-deny.yaml');
    const html = answer.body.toString();
    assert.match(html, /id="L3"><a href="#L3">3<\/a> {5}reason: &quot;it steals # tokens&quot;/);
    assert.equal((await gate.get('/policy/files/shipped/00-default.yaml')).status, 200);
    const { lines } = (await gate.get('/api/v1/policy/files/own/30-deny.yaml')).json();
    assert.equal(lines[1], '  - project: evil');
    for (const path of [
      'own/none.yaml',
      'shipped/30-deny.yaml',
      'own/',
      'own/x/y',
      'other/x',
      'own/..%2f10-rules.yaml',
    ])
      assert.equal((await gate.get(`/policy/files/${path}`)).status, 404, path);
    for (const from of ['0', '-1', 'x', '1e3'])
      assert.equal(
        (await gate.get(`/policy/files/own/30-deny.yaml?from=${from}`)).status,
        400,
        from,
      );
  });

  it('shows a long file in parts, and leads to the part that has a line', async () => {
    const lines = Array.from({ length: 2_100 }, (_, n) => `  - { project: long-${n}, reason: r }`);
    await gate.writePolicy('40-long.yaml', `deny:\n${lines.join('\n')}\n`);
    try {
      const first = (await gate.get('/policy/files/own/40-long.yaml')).body.toString();
      assert.match(first, /id="L2000"/);
      assert.doesNotMatch(first, /id="L2001"/);
      assert.match(first, /href="[^"]*40-long\.yaml\?from=2001" rel="next"/);
      const last = (await gate.get('/policy/files/own/40-long.yaml?from=2001')).body.toString();
      assert.match(last, /id="L2101"/);
      assert.doesNotMatch(last, /rel="next"/);
      const { denials, files } = await report();
      assert.ok(denials.count > 2_100 && denials.entries.length === 500);
      assert.equal(files.at(-1).text, undefined);
      assert.ok((await page()).length < 1_000_000);
    } finally {
      await rm(join(gate.folder, 'policies', '40-long.yaml'));
      await gate.gate.policies.reload();
    }
  });

  it('says first what is wrong with an edit, where, and that the policy before it holds, until it is mended', async () => {
    const { revision } = await report();
    const bad = join(gate.folder, 'policies', '50-new.yaml');
    gate.now += HOUR;
    await writeFile(bad, 'rules:\n  cooldwn: { action: block }\ndeny: [{ project: x }]\n');
    assert.equal(await gate.gate.policies.reload(), false);
    const failing = (await report()).failing;
    assert.equal(failing.since, new Date(gate.now).toISOString());
    assert.equal(failing.count, 2);
    assert.deepEqual(
      { ...failing.problems[0], message: '' },
      { file: '50-new.yaml', line: 2, column: 3, message: '' },
    );
    assert.match(failing.problems[0].message, /did you mean "cooldown"/);
    const html = await page();
    assert.ok(
      html.indexOf('50-new.yaml') < html.indexOf('Revision <code>', html.indexOf('verdict allow')),
      'it does not stand first',
    );
    assert.match(html, /class="verdict block"/);
    assert.equal((await report()).revision, revision);
    await gate.writePolicy('50-new.yaml', 'deny: [{ project: x, reason: r }]\n');
    assert.equal((await report()).failing, undefined);
    assert.doesNotMatch(await page(), /current files are invalid/);
  });

  it('remembers edits with their files and lines over a restart, and finds the one that was made meanwhile', async () => {
    gate.now += HOUR;
    await gate.writePolicy('30-deny.yaml', `${DENY}  - { project: worse, reason: r }\n`);
    const first = (await report()).edits[0];
    assert.equal(first.time, new Date(gate.now).toISOString());
    assert.deepEqual(first.files, [
      { name: '30-deny.yaml', layer: 'own', change: 'changed', added: 1, removed: 0 },
    ]);
    await gate.writePolicy('10-rules.yaml', RULES.replace('# secret', '# another secret'));
    const { edits, revision } = await report();
    assert.equal(edits[0].sameMeaning, true);
    assert.equal(edits[0].revision, revision);
    gate.now += HOUR;
    await gate.restart(() => rm(join(gate.folder, 'policies', '50-new.yaml')));
    const later = await report();
    assert.deepEqual(later.edits.slice(1), edits);
    assert.deepEqual(later.edits[0].files, [
      { name: '50-new.yaml', layer: 'own', change: 'removed', added: 0, removed: 1 },
    ]);
    assert.equal(later.since, new Date(gate.now).toISOString());
    await gate.restart();
    assert.deepEqual((await report()).edits, later.edits);
    assert.match(await page(), /50-new\.yaml: gone, \+0 −1 lines/);
  });
});

describe('the comments in policy files', () => {
  const PATHS = [
    '/policy',
    '/api/v1/policy',
    '/policy/files/own/10-rules.yaml',
    '/api/v1/policy/files/own/10-rules.yaml',
  ];
  const COMMENT = /secret|mallory/;

  it('are shown to an admin, and to a client in no byte, while all else is', async () => {
    const gate = await startGate({ policies: { '10-rules.yaml': RULES, '30-deny.yaml': DENY } });
    try {
      await askForTokens(gate, { client: 'client', admin: 'admin' });
      const seen = async (path: string, role: string) => {
        const answer = await gate.get(path, bearer(role));
        assert.equal(answer.status, 200, path);
        return answer.body.toString();
      };
      for (const path of PATHS) {
        assert.doesNotMatch(await seen(path, 'client'), COMMENT, path);
        assert.match(await seen(path, 'client'), /cooldown/, path);
        assert.equal((await gate.get(path)).status, 401);
      }
      for (const path of PATHS.slice(1)) assert.match(await seen(path, 'admin'), COMMENT, path);
      const deny = '/policy/files/own/30-deny.yaml';
      assert.match(await seen(deny, 'client'), /it steals # tokens/);
      assert.match(await seen('/policy', 'admin'), /--against [^ ]*decisions\.jsonl/);
      assert.doesNotMatch(await seen('/policy', 'client'), new RegExp(gate.folder));
    } finally {
      await gate.close();
    }
  });

  it('are shown to nobody where no tokens are asked for, unless the settings say so', async () => {
    const gate = await startGate({ policies: { '10-rules.yaml': RULES } });
    try {
      for (const path of PATHS)
        assert.doesNotMatch((await gate.get(path)).body.toString(), COMMENT, path);
      gate.configure({ 'dashboard.identities': 'shown' });
      await gate.restart();
      for (const path of PATHS.slice(1))
        assert.match((await gate.get(path)).body.toString(), COMMENT, path);
    } finally {
      await gate.close();
    }
  });
});
