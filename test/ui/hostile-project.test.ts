import { it } from 'node:test';
import type { ProjectReport } from '../../src/dashboard/project.js';
import { projectPage } from '../../src/ui/project-page.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { assertOnlyText } from '../support/hostile-texts.js';

/** A project of which everything that can be said says one text. */
function projectWith(text: string): ProjectReport {
  const time = '2026-11-01T00:00:00.000Z';
  const file = {
    filename: text,
    version: text,
    kind: 'wheel',
    sha256: text,
    size: 1,
    uploaded: time,
    yanked: text,
    clientsSee: 'yanked',
    standing: 'block',
    verdict: 'block',
    rule: text,
    reason: text,
    reference: `MAL ${text}`,
    since: time,
    until: time,
    waiver: { rule: 'deny', owner: text, reason: text, expires: time },
    dryRun: true,
    inspected: true,
    attestation: { kind: 'unverifiable', reason: text },
    downloads: { given: 1, refused: 1, last: time },
  } as const;
  return {
    project: text as ProjectReport['project'],
    policy: text,
    stale: text,
    index: { name: text, public: true, claims: false, inspects: true },
    status: { status: text, reason: text },
    firstUpload: time,
    resembles: { name: text, how: text },
    cooldown: { files: 1, until: time },
    newest: text,
    files: 1,
    releases: 1,
    counts: { all: 1, refused: 1, warned: 0, waived: 1, uninspected: 0, changed: 1 },
    clientsSee: { listed: 0, yanked: 1, refused: 0, hidden: 0, 'last-resort': 0 },
    show: 'all',
    page: 2,
    pages: 3,
    items: [file],
    counted: { searchedBackTo: time, reachesBackTo: time, busy: false },
  };
}

it('a hostile text in any field of the page of a project adds no element and no attribute', () => {
  const links = { simple: true, exposure: true };
  assertOnlyText((text) => projectPage(projectWith(text), links, urlsFrom('/projects/p')));
});
