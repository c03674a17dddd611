import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MayAsk } from './admission.js';
import type { Handler } from './asked.js';
import type { HttpSettings, Services } from './services.js';

/**
 * Answers a request immediately, or leaves it to the handler. Such a request has no ID, so nothing can refer to it.
 * @returns the status; undefined if it was not answered
 */
export type WarmHandler = (req: IncomingMessage, res: ServerResponse) => number | undefined;

/** One row of the table of routes (`routes/table.ts`). */
export interface Route<Label extends string = string> {
  /** `/readyz`: this path, with or without a slash behind it. `/simple/*`: the path and all below it. */
  readonly path: `/${string}`;
  /** The value of the metrics' label `route`. */
  readonly label: Label;
  readonly mayAsk: MayAsk;
  readonly methods: readonly string[];
  /** The maximum body length in bytes, if the route accepts a body. */
  readonly maxBody?: number;
  /**
   * Set for dashboard routes, which a disabled dashboard removes. Link targets of refusals (`linked`) are on every
   * port; the others are only on the dashboard's port, if it has one. Routes for commands and page links (`shared`) are
   * on every port, even without a dashboard.
   */
  readonly dashboard?: 'linked' | 'own-port' | 'shared';
  /** A description for docs/operations/routes.md. */
  readonly what: string;
  readonly handler: (services: Services, settings: HttpSettings) => Handler;
  /** Answers with a prepared response, before the handler. */
  readonly warm?: (services: Services, settings: HttpSettings) => WarmHandler;
}

/** A listening port: for package clients or, if separate, for the dashboard. */
export type Port = 'clients' | 'dashboard';

/** Which rows are there on a port. */
export function isOn(
  port: Port,
  { dashboard }: Pick<Route, 'dashboard'>,
  settings: { readonly enabled: boolean; readonly ownPort: boolean },
): boolean {
  if (dashboard === undefined) return port === 'clients';
  if (dashboard === 'shared') return port === 'clients' || settings.enabled;
  if (!settings.enabled) return false;
  return dashboard === 'linked' || settings.ownPort === (port === 'dashboard');
}

/** The methods of read-only routes and of unknown paths. */
export const READING: readonly string[] = ['GET', 'HEAD'];

/**
 * Creates the function that finds the route of a request's target. Access and handler both derive from this one parse
 * of the path. The path is compared literally, as in the request line: another case, an escape, a doubled slash or an
 * absolute URL (RFC 9112, 3.2.2) is a different path, with no route or another one.
 */
export function routeFinder<R extends Pick<Route, 'path'>>(
  routes: readonly R[],
): (target: string) => R | undefined {
  const rows = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return (target) => rows.find(({ pattern }) => pattern.test(target))?.route;
}

/** Of a target with its query. */
function patternOf(path: string): RegExp {
  const plain = path.replace(/\/\*?$/, '').replace(/[^\w/-]/g, '\\$&');
  const rest = path.endsWith('/*') ? '(?:[/?#]|$)' : '/?(?:[?#]|$)';
  return new RegExp(`^(?=/)${plain}${rest}`);
}
