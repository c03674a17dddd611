import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A static file of the pages, cached by its content. */
export interface Asset {
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** A digest of the content, which changes the URL with it. */
  readonly version: string;
}

/** @throws if the package lacks it */
function readAsset(name: string, contentType: string): Asset {
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url));
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { name, contentType, body, version };
}

export const STYLE = readAsset('style.css', 'text/css; charset=utf-8');
export const SCRIPT = readAsset('app.js', 'text/javascript; charset=utf-8');
export const ICON = readAsset('icon.svg', 'image/svg+xml');

export const ASSETS: readonly Asset[] = [STYLE, SCRIPT, ICON];
