import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import type {
  CutRecord,
  DecisionRecord,
  ExposedRecord,
  QueryRecord,
} from '../../src/decisions/record.js';
import type { RecordedFacts } from '../../src/domain/page-facts.js';

/** The compiler asks for every field that a record may have, and for no other. */
type Fields<Record_> = { readonly [Field in keyof Required<Record_>]: true };

const DECISION: Fields<DecisionRecord> = {
  time: true,
  request: true,
  replica: true,
  client: true,
  forwarded: true,
  user: true,
  userAgent: true,
  method: true,
  status: true,
  upstream: true,
  project: true,
  version: true,
  filename: true,
  sha256: true,
  bytes: true,
  size: true,
  complete: true,
  cache: true,
  fetched: true,
  verdict: true,
  wouldBlock: true,
  probe: true,
  pending: true,
  failure: true,
  rule: true,
  reason: true,
  waiver: true,
  wheel: true,
  revision: true,
  page: true,
};
const PAGE: Fields<RecordedFacts> = {
  uploaded: true,
  yanked: true,
  status: true,
  hasWheel: true,
  public: true,
  below: true,
  projectBegan: true,
  releaseBegan: true,
  releaseSaid: true,
  firstSeen: true,
  namespaces: true,
};
const EXPOSED: Fields<ExposedRecord> = {
  event: true,
  time: true,
  revision: true,
  rule: true,
  reason: true,
  project: true,
  filename: true,
  downloads: true,
  parts: true,
  clients: true,
  first: true,
  last: true,
};
const CUT: Fields<CutRecord> = {
  event: true,
  time: true,
  request: true,
  replica: true,
  project: true,
  version: true,
  filename: true,
  sha256: true,
  user: true,
  bytes: true,
};

const QUERY: Fields<QueryRecord> = {
  event: true,
  time: true,
  request: true,
  replica: true,
  client: true,
  forwarded: true,
  user: true,
  userAgent: true,
  method: true,
  asked: true,
  releases: true,
};

/** The names in the first column of the table under a line that begins so. */
function fieldsUnder(beginning: string): string[] {
  const page = readFileSync('docs/operations/decision-log.md', 'utf8');
  const at = page.indexOf(beginning);
  assert.ok(at !== -1, `docs/operations/decision-log.md has no line that begins: ${beginning}`);
  const [table = ''] = /^\|[\s\S]*?\n(?!\|)/m.exec(page.slice(at)) ?? [];
  return [...table.matchAll(/^\| `([\w.]+)`/gm)].map(([, field]) => field!);
}

it('docs/operations/decision-log.md lists every field of a decision record, and no other', () => {
  const fields = [...Object.keys(DECISION), ...Object.keys(PAGE).map((field) => `page.${field}`)];
  assert.deepEqual(
    fieldsUnder('The fields of a decision:').toSorted(),
    fields.filter((field) => field !== 'page').toSorted(),
  );
});

it('docs/operations/decision-log.md lists every field of an exposed record, and no other', () => {
  assert.deepEqual(
    fieldsUnder('Records with `"event":"exposed"`').toSorted(),
    Object.keys(EXPOSED).toSorted(),
  );
});

it('docs/operations/decision-log.md lists every field of a cut record, and no other', () => {
  assert.deepEqual(
    fieldsUnder('Records with `"event":"cut"`').toSorted(),
    Object.keys(CUT).toSorted(),
  );
});

it('docs/operations/decision-log.md lists every field of a question, and no other', () => {
  assert.deepEqual(
    fieldsUnder('Records with `"event":"query"`').toSorted(),
    Object.keys(QUERY).toSorted(),
  );
});
