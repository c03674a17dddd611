import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProjectName } from '../../src/domain/project-name.js';
import { advisoryId, parseAdvisoryId } from '../../src/osv/advisory-id.js';

describe('the identifier of an advisory', () => {
  for (const [id, rule, project, version] of [
    ['MAL-WG-deny-litellm-1.82.8', 'deny', 'litellm', '1.82.8'],
    ['MAL-WG-startup-hook-a-b-1-2.0rc1', 'startup-hook', 'a-b-1', '2.0rc1'],
    ['WG-archive-torch-1!2.0+cpu', 'archive', 'torch', '1!2.0+cpu'],
    ['WG-record-startup-hook-1', 'record', 'startup-hook', '1'],
    ['MAL-WG-deny-a-b-unknown', 'deny', 'a-b', undefined],
    ['MAL-WG-deny-a-unknown-1.0', 'deny', 'a-unknown', '1.0'],
  ] as const)
    it(`says all that it stands for: ${id}`, () => {
      assert.equal(advisoryId({ rule, project: project as ProjectName, version }), id);
      assert.deepEqual(parseAdvisoryId(id), { rule, project, version });
    });

  for (const id of [
    'MAL-2026-3083',
    'WG-deny-litellm-1.0',
    'MAL-WG-archive-demo-1.0',
    'MAL-WG-cooldown-demo-1.0',
    'MAL-WG-deny-Demo-1.0',
    'MAL-WG-deny-demo-v1.0',
    'MAL-WG-deny-demo',
    'MAL-WG-deny-demo-latest',
    'MAL-WG-deny-unknown',
    'MAL-WG-deny-',
    '',
  ])
    it(`is none where it is not written like one: ${JSON.stringify(id)}`, () => {
      assert.equal(parseAdvisoryId(id), undefined);
    });
});
