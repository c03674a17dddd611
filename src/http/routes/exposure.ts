import { parseSha256 } from '../../domain/digest.js';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import { type ExposureQuestion, findExposure } from '../../exposure/exposure.js';
import type { Handler } from '../asked.js';
import { sendJson } from '../json.js';
import { queryOf, specifierOf } from '../query.js';
import type { Services } from '../services.js';

/** Requests that one answer tells of; who needs more reads the log's files with `wheelgate exposure --log`. */
const LIMIT = 20_000;

/** `GET /api/v1/exposure?project=P&versions=SPEC&sha256=H&since=TIME&refused=1`: who was given what. */
export function exposureRoute({ decisionReader }: Services): Handler {
  return async (req, res) => {
    const question = readQuestion(queryOf(req.url ?? ''));
    sendJson(res, 200, await findExposure(decisionReader, question, LIMIT));
  };
}

function readQuestion(query: URLSearchParams): ExposureQuestion {
  const [name, digest, time] = ['project', 'sha256', 'since'].map((key) => query.get(key));
  const project = name == null ? undefined : parseProjectName(name);
  const sha256 = digest == null ? undefined : parseSha256(digest);
  if (project === undefined && sha256 === undefined)
    throw new Failure('bad-request', 'The query needs project=NAME or sha256=DIGEST.');
  if ((name != null && project === undefined) || (digest != null && sha256 === undefined))
    throw new Failure('bad-request', 'The project or the sha256 is none.');
  const since = time == null ? undefined : Date.parse(time);
  if (Number.isNaN(since)) throw new Failure('bad-request', 'The time in since= cannot be read.');
  const versions = specifierOf(query.get('versions'));
  return { project, versions, sha256, since, refused: query.get('refused') === '1' };
}
