import { it } from 'node:test';
import { exposureAnswer } from '../../src/dashboard/exposure-answer.js';
import { exposurePage } from '../../src/ui/exposure-page.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { assertOnlyText } from '../support/hostile-texts.js';

it('a hostile text in any field of the exposure page adds no element and no attribute', () => {
  assertOnlyText((text) => {
    const time = '2026-11-01T00:00:00.000Z';
    const request = {
      time,
      client: text,
      forwarded: text,
      user: text,
      userAgent: text,
      bytes: 1,
      upstream: text,
      project: text,
      version: text,
      filename: text,
      sha256: text,
      delivery: 'whole',
    } as const;
    const part = {
      requests: [request, { ...request, user: undefined }],
      clients: [text],
      reachesBackTo: time,
      searchedBackTo: time,
      gaps: [text],
    };
    const asked = { project: text, versions: text, sha256: text, since: text, until: text };
    const problems = new Map([...Object.keys(asked), ''].map((name) => [name, text]));
    const answer = exposureAnswer(part, { user: undefined, seesIdentities: true });
    return exposurePage({ asked, problems, answer }, urlsFrom('/exposure'));
  });
});
