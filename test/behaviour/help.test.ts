import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Parser } from 'htmlparser2';
import { clientSettings, PACKAGE_CLIENTS } from '../../src/domain/client-settings.js';
import { ask, startGate } from '../support/wheelgate.js';

/** What a page says, without its markup. */
function textOf(body: Buffer): string {
  let text = '';
  const parser = new Parser({ ontext: (piece) => (text += piece) });
  parser.end(body.toString());
  return text;
}

describe('the page of help', () => {
  it('has the lines of every client for the public URL, whom to ask, and each rule', async () => {
    const gate = await startGate({
      policies: { 'own.yaml': 'rules: { record: { action: block, mode: dry-run } }' },
      config: { 'public-url': 'https://wg.example/py', contact: 'platform@example.com' },
    });
    try {
      const page = await gate.get('/help');
      const text = textOf(page.body);
      for (const client of PACKAGE_CLIENTS) {
        const { file, lines, environment } = clientSettings(client, 'https://wg.example/py');
        for (const part of [file.replaceAll('`', ''), lines.join('\n'), environment.join('\n')])
          assert.ok(text.includes(part), part);
      }
      assert.doesNotMatch(text, /`/);
      assert.match(page.body.toString(), /<code>pdm config pypi\.url<\/code>/);
      assert.match(text, /Ask platform@example\.com/);
      for (const [rule, effect] of [
        ['startup-hook', 'Refuses'],
        ['late-file', 'Warns about'],
        ['record', 'Refuses wheels whose RECORD is missing, incomplete or wrong. Dry-run'],
      ] as const)
        assert.ok(text.includes(`${rule}${effect}`), rule);
      assert.doesNotMatch(text, /sdist(?:Refuses|Warns)/, 'a rule that is off');
      assert.match(page.body.toString(), /href="\.\/help\/findings"/);
      assert.doesNotMatch(text, /requires a token/);
      // The same page below its own path: its links lead out of it.
      assert.match((await gate.get('/help/')).body.toString(), /href="\.\.\/help\/findings"/);
    } finally {
      await gate.close();
    }
  });

  it('takes the URL from the request where none is set, and names none on a port that serves no packages', async () => {
    const gate = await startGate({ config: { 'dashboard.listen': '127.0.0.1:0' } });
    try {
      assert.ok(textOf((await gate.get('/help')).body).includes(`index-url = ${gate.url}/simple/`));
      const own = `http://127.0.0.1:${gate.gate.dashboardAddress!.port}`;
      const text = textOf((await ask(`${own}/help`)).body);
      assert.doesNotMatch(text, /index-url/);
      assert.match(text, /Set public-url to show/);
    } finally {
      await gate.close();
    }
  });
});
