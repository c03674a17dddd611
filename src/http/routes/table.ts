import { READING, type Route } from '../route.js';
import { warmPages } from '../warm-pages.js';
import { assetsRoute } from './assets.js';
import { explainRoute } from './explain.js';
import { exposureApiRoute, exposureRoute } from './exposure.js';
import { filesRoute } from './files.js';
import { healthApiRoute, healthPageRoute } from './health-page.js';
import { helpRoute } from './help.js';
import { liveRoute } from './live.js';
import { livePageRoute } from './live-page.js';
import { openApiRoute } from './openapi.js';
import { healthRoute, metricsRoute, readyRoute } from './operations.js';
import { MAX_QUESTION, osvBatchRoute, osvQueryRoute, osvVulnsRoute } from './osv.js';
import { overviewApiRoute, overviewRoute } from './overview.js';
import { integrityRoute, legacyJsonRoute } from './pass-through.js';
import { policyApiRoute, policyRoute } from './policy.js';
import { projectsApiRoute, projectsRoute } from './project.js';
import { refusalsApiRoute, refusalsRoute } from './refusals.js';
import { shortLinkRoute } from './short-link.js';
import { simpleRoute } from './simple.js';

/**
 * Access, metrics, allowed methods and the handler all derive from a row, and docs/operations/routes.md lists the rows:
 * a new route is its file and its row.
 */
const TABLE = [
  {
    path: '/simple/*',
    label: 'simple',
    mayAsk: 'client',
    methods: READING,
    what: 'project pages (PEP 503, 691) and the list of projects',
    handler: simpleRoute,
    warm: warmPages,
  },
  {
    path: '/files/*',
    label: 'files',
    mayAsk: 'client',
    methods: READING,
    what: 'artifacts, and their `.metadata` (PEP 658)',
    handler: filesRoute,
  },
  {
    path: '/pypi/*',
    label: 'pypi',
    mayAsk: 'client',
    methods: READING,
    what: "PyPI's JSON API, forwarded with rewritten URLs",
    handler: legacyJsonRoute,
  },
  {
    path: '/integrity/*',
    label: 'integrity',
    mayAsk: 'client',
    methods: READING,
    what: 'provenance (PEP 740), forwarded',
    handler: integrityRoute,
  },
  {
    path: '/v1/query',
    label: 'osv',
    mayAsk: 'client',
    methods: ['POST'],
    maxBody: MAX_QUESTION,
    what: 'advisories for one release, in OSV format',
    handler: osvQueryRoute,
  },
  {
    path: '/v1/querybatch',
    label: 'osv',
    mayAsk: 'client',
    methods: ['POST'],
    maxBody: MAX_QUESTION,
    what: 'advisory ids for many releases',
    handler: osvBatchRoute,
  },
  {
    path: '/v1/vulns/*',
    label: 'osv',
    mayAsk: 'client',
    methods: READING,
    what: 'one advisory by its id (`/v1/vulns/{id}`)',
    handler: osvVulnsRoute,
  },
  {
    path: '/healthz',
    label: 'healthz',
    mayAsk: 'anybody',
    methods: READING,
    what: 'liveness',
    handler: healthRoute,
  },
  {
    path: '/readyz',
    label: 'readyz',
    mayAsk: 'anybody',
    methods: READING,
    what: 'readiness, and the state of each part',
    handler: readyRoute,
  },
  {
    path: '/metrics',
    label: 'metrics',
    mayAsk: 'anybody',
    methods: READING,
    what: 'metrics in Prometheus text format',
    handler: metricsRoute,
  },
  {
    path: '/api/v1/openapi.json',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'shared',
    what: 'OpenAPI 3.1 description of `/api/v1`',
    handler: openApiRoute,
  },
  {
    path: '/api/v1/explain',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    what: 'the verdict on each file of a project, with its reason',
    handler: explainRoute,
  },
  {
    path: '/api/v1/exposure',
    label: 'api',
    mayAsk: 'admin',
    methods: READING,
    dashboard: 'shared',
    what: 'who downloaded a file; shows identities',
    handler: exposureApiRoute,
  },
  {
    path: '/exposure',
    label: 'page',
    mayAsk: 'admin',
    methods: READING,
    dashboard: 'own-port',
    what: 'the exposure page: who downloaded a file, by user',
    handler: exposureRoute,
  },
  {
    path: '/api/v1/overview',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'data of the overview page',
    handler: overviewApiRoute,
  },
  {
    path: '/',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'the overview page',
    handler: overviewRoute,
  },
  {
    path: '/refusals/*',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'the refusals page; one decision by its id (`/refusals/{id}`)',
    handler: refusalsRoute,
  },
  {
    path: '/api/v1/refusals/*',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'refusals, grouped; one decision by its id',
    handler: refusalsApiRoute,
  },
  {
    path: '/api/v1/live',
    label: 'api',
    mayAsk: 'admin',
    methods: READING,
    dashboard: 'own-port',
    what: 'new decisions as server-sent events; shows identities',
    handler: liveRoute,
  },
  {
    path: '/api/v1/projects/*',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'linked',
    what: 'what `/projects/{project}` and `/projects/{project}/files/{filename}` show',
    handler: projectsApiRoute,
  },
  {
    path: '/projects/*',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'linked',
    what: 'the project page with all verdicts (`/projects/{project}`); the why page of a file (`/projects/{project}/files/{filename}`)',
    handler: projectsRoute,
  },
  {
    path: '/w/*',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'linked',
    what: 'the short link in a refusal: redirects to the why page',
    handler: shortLinkRoute,
  },
  {
    path: '/api/v1/policy/*',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'what `/policy` shows; its files (`/api/v1/policy/files/{layer}/{name}`)',
    handler: policyApiRoute,
  },
  {
    path: '/policy/*',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'the policy page: files, waivers, edits and errors of a rejected edit',
    handler: policyRoute,
  },
  {
    path: '/live',
    label: 'page',
    mayAsk: 'admin',
    methods: READING,
    dashboard: 'own-port',
    what: 'the live page: recent and new decisions; shows identities',
    handler: livePageRoute,
  },
  {
    path: '/api/v1/health',
    label: 'api',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'what `/health` shows',
    handler: healthApiRoute,
  },
  {
    path: '/health',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'own-port',
    what: 'the health page',
    handler: healthPageRoute,
  },
  {
    path: '/help/*',
    label: 'page',
    mayAsk: 'client',
    methods: READING,
    dashboard: 'linked',
    what: 'the help page; the list of findings (`/help/findings`)',
    handler: helpRoute,
  },
  {
    path: '/ui/*',
    label: 'page',
    mayAsk: 'anybody',
    methods: READING,
    dashboard: 'linked',
    what: 'style sheet, script and icon of the dashboard',
    handler: assetsRoute,
  },
] as const satisfies readonly Route[];

/** The values of the metrics label `route`: few, independent of the requested paths. */
export type RouteLabel = (typeof TABLE)[number]['label'] | typeof NO_ROUTE;

/** The label for unknown paths. */
export const NO_ROUTE = 'other';

/** All routes. */
export const ROUTES: readonly Route<RouteLabel>[] = TABLE;
