import type { Reader } from '../../dashboard/reader.js';
import { seenDecision, seenGroup } from '../../dashboard/seen-decisions.js';
import type {
  RefusalFilter,
  RefusalGroup,
  RefusalVerdict,
} from '../../decisions/queries/decision-queries.js';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import type { Handler } from '../asked.js';
import { sendCsv } from '../csv.js';
import { readerOf } from '../dashboard-reader.js';
import { sendJson } from '../json.js';
import { pathSegments } from '../path.js';
import { queryOf, timeOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

const VERDICTS: readonly RefusalVerdict[] = ['block', 'warn', 'dry-run'];
/** Rows of one table for a spreadsheet. */
const MOST_ROWS = 20_000;

/**
 * `GET /api/v1/refusals?rule=R&project=P&user=U&verdict=V&since=T&until=T&q=TEXT&before=NEXT&format=csv`: what was refused,
 * as groups; `GET /api/v1/refusals/{id}`: one decision.
 */
export function refusalsApiRoute({ decisionQueries }: Services, settings: HttpSettings): Handler {
  return async (req, res) => {
    const [, , , id, ...rest] = pathSegments(req.url ?? '') ?? [];
    if (rest.length > 0) throw new Failure('not-found', 'A refusal is named /refusals/{id}.');
    const reader = readerOf(req, settings);
    if (id !== undefined && id !== '') {
      const named = await decisionQueries.decision(id);
      const seen = named && seenDecision(named, reader);
      if (seen === undefined) throw new Failure('not-found', 'The log has no such decision.');
      return sendJson(res, 200, seen);
    }
    const query = queryOf(req.url ?? '');
    const isCsv = query.get('format') === 'csv';
    const filter = filterOf(query, reader);
    const before = query.get('before') ?? undefined;
    const page = await decisionQueries.refusals(filter, {
      cursor: before,
      most: isCsv ? MOST_ROWS : undefined,
    });
    const items = page.items.map((group) => seenGroup(group, reader));
    if (isCsv) return sendCsv(req, res, 'refusals.csv', rowsOf(items));
    sendJson(res, 200, { ...page, items });
  };
}

/** @throws {Failure} bad-request, and forbidden where it asks about others */
function filterOf(query: URLSearchParams, reader: Reader): RefusalFilter {
  const given = (name: string): string | undefined => query.get(name) || undefined;
  const [name, verdict, user] = [given('project'), given('verdict'), given('user')];
  const project = name === undefined ? undefined : parseProjectName(name);
  if (name !== undefined && project === undefined)
    throw new Failure('bad-request', 'The project is none.');
  const known = VERDICTS.find((one) => one === verdict);
  if (verdict !== undefined && known === undefined)
    throw new Failure('bad-request', `The verdict is one of ${VERDICTS.join(', ')}.`);
  if (user !== undefined && !reader.seesIdentities && user !== reader.user)
    throw new Failure('forbidden', 'Who else was refused is for the role admin to see.');
  return {
    rule: given('rule'),
    project,
    // Who has a name of their own sees their own.
    user: reader.seesIdentities ? user : reader.user,
    verdict: known,
    since: timeOf(query.get('since'), 'since'),
    until: timeOf(query.get('until'), 'until'),
    text: given('q'),
  };
}

const COLUMNS = [
  'id',
  'rule',
  'project',
  'version',
  'filename',
  'sha256',
  'refused',
  'wouldHave',
  'warned',
  'first',
  'last',
  'reason',
] as const;

function rowsOf(items: readonly RefusalGroup[]): (string | number | undefined)[][] {
  const rows = items.map((item) => [
    ...COLUMNS.map((column) => item[column]),
    item.users.join(' '),
    item.moreUsers,
  ]);
  return [[...COLUMNS, 'users', 'moreUsers'], ...rows];
}
