import { VERSION } from '../../runtime/package-root.js';
import type { Handler } from '../asked.js';
import { sendJson } from '../json.js';
import { openApi } from '../openapi/document.js';

/** `GET /api/v1/openapi.json`: the description of `/api/v1/`, for client generators. */
export function openApiRoute(): Handler {
  let document: object | undefined;
  return (_req, res) => {
    document ??= openApi(VERSION);
    sendJson(res, 200, document);
  };
}
