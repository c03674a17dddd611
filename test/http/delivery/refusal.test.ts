import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { sendRefusal } from '../../../src/http/delivery/refusal.js';
import { askForWaiver, refusedPhrase, seePage } from '../../../src/messages/refusals.js';
import * as files from './stub-files.js';

const PAGE = 'https://pypi.example.com/w/abc';

/** What a client is told: all that pip prints, and what uv prints. */
async function told(
  hit: { reason: string; reference?: string },
  contact: string | undefined,
  more: string | undefined,
): Promise<{ phrase: string; detail: string }> {
  const decisive = { ...files.REFUSED.decisive!, ...hit };
  const verdict = { ...files.REFUSED, decisive, hits: [decisive] };
  const server = createServer((_, res) =>
    sendRefusal(res, files.listed.subject, verdict, { contact, more }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const { detail } = (await answer.json()) as { detail: string };
    return { phrase: answer.statusText, detail };
  } finally {
    server.close();
  }
}

describe('the sentences of a refusal', () => {
  const reasons = ['it is bad', 'It is bad.', 'Is it bad?', 'It is bad…', 'It is "bad."'];
  const references = [undefined, 'MAL-2026-1', 'https://advisories.example.com/1'];
  const contacts = [undefined, 'a@example.com', 'Ask in #packages.', 'https://chat.example.com/?'];
  for (const more of [undefined, PAGE])
    for (const contact of contacts)
      for (const reference of references)
        for (const reason of reasons)
          it(`end once each: ${[reason, reference, contact, more].join(' | ')}`, async () => {
            const { phrase, detail } = await told(
              { reason, ...(reference && { reference }) },
              contact,
              more,
            );
            for (const text of [phrase.replaceAll('...', '…'), detail]) {
              assert.doesNotMatch(
                text,
                /[.?!…]\s*\.(?!\w)|\.\s*\(/,
                'two full stops, or one within',
              );
              if (more !== undefined) assert.match(text, /[.?!…"] See https:\S+abc$/);
              if (contact !== undefined)
                assert.match(text, /[.?!…"] To ask for a waiver: /, 'what comes before has no end');
            }
            // pip goes on with "for url: …".
            assert.doesNotMatch(phrase, /[^.]\.$/);
          });

  it('say the same to pip and to uv', async () => {
    const { phrase, detail } = await told(
      { reason: 'It runs code.', reference: 'MAL-2026-1' },
      'a@example.com',
      PAGE,
    );
    const rest = `${askForWaiver('a@example.com')}. ${seePage(PAGE)}`;
    assert.equal(phrase, refusedPhrase(`It runs code (MAL-2026-1). ${rest}`));
    assert.equal(detail, `It runs code (MAL-2026-1). ${rest}`);
  });
});
