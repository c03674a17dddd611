import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MayAsk } from './admission.js';
import type { Handler } from './asked.js';
import type { HttpSettings, Services } from './services.js';

/**
 * Answers a request at once or leaves it alone. Nothing may refer to such a request: it has no id.
 * @returns the status; undefined where nothing was answered
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
  /** Set where a request may have a body: how long that may be, in bytes. */
  readonly maxBody?: number;
  /**
   * Set for the dashboard's: gone where it is off. What refusals link to is on every port; the rest is on the dashboard's own,
   * where it has one. What commands ask and pages link to (`shared`) is on every port, and there where the dashboard is off.
   */
  readonly dashboard?: 'linked' | 'own-port' | 'shared';
  /** What is there, for docs/operations/routes.md. */
  readonly what: string;
  readonly handler: (services: Services, settings: HttpSettings) => Handler;
  /** Answers what is ready, in front of the handler. */
  readonly warm?: (services: Services, settings: HttpSettings) => WarmHandler;
}

/** A port that is listened on: the one that package clients are pointed at, and the dashboard's, where that has its own. */
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

/** The methods of a route that reads; where there is no route, too. */
export const READING: readonly string[] = ['GET', 'HEAD'];

/**
 * Makes the function that finds the row of a request's target: the one reading of a path that says who may ask and who
 * answers. It compares the path as it stands in the request line, letter by letter: another case, an escape, a doubled
 * slash, a host in front (RFC 9112, 3.2.2) make another path, which has no row, or the one of what it is below.
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
