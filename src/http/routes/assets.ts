import { Failure } from '../../domain/failure.js';
import { ASSETS } from '../../ui/assets.js';
import type { Handler } from '../asked.js';
import { pathSegments } from '../path.js';
import { queryOf } from '../query.js';

const BY_NAME = new Map(ASSETS.map((asset) => [asset.name, asset]));
/** Pages request assets by version, so an asset never changes; in seconds. */
const A_YEAR = 31_536_000;

/** `GET /ui/{name}?v={version}`: a file that pages refer to. */
export function assetsRoute(): Handler {
  return (req, res) => {
    const [, name = '', ...rest] = pathSegments(req.url ?? '') ?? [];
    const asset = rest.length === 0 ? BY_NAME.get(name) : undefined;
    if (asset === undefined) throw new Failure('not-found', 'No such asset.');
    const isCurrent = queryOf(req.url ?? '').get('v') === asset.version;
    res.statusCode = 200;
    res.setHeader('content-type', asset.contentType);
    res.setHeader('content-length', asset.body.length);
    res.setHeader('cache-control', isCurrent ? `public, max-age=${A_YEAR}, immutable` : 'no-cache');
    res.setHeader('x-content-type-options', 'nosniff');
    res.end(req.method === 'HEAD' ? undefined : asset.body);
  };
}
