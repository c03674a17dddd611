import { VERSION } from '../../runtime/package-root.js';
import type { Handler } from '../asked.js';
import { sendJson } from '../json.js';
import { openApi } from '../openapi/document.js';

/** `GET /api/v1/openapi.json`: what is below `/api/v1/`, for programs that make clients of it. */
export function openApiRoute(): Handler {
  let document: object | undefined;
  return (_req, res) => {
    document ??= openApi(VERSION);
    sendJson(res, 200, document);
  };
}
