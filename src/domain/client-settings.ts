/** Clients that install packages themselves, and whose settings their own command can write. */
export const PACKAGE_CLIENTS = ['pip', 'uv', 'poetry', 'pdm'] as const;

/** All whose settings we know. */
export const CLIENTS = [
  ...PACKAGE_CLIENTS,
  'pip-tools',
  'pipenv',
  'hatch',
  'renovate',
  'dependabot',
  'docker',
  'github-actions',
  'gitlab-ci',
] as const;
export type ClientName = (typeof CLIENTS)[number];

/** How one client is pointed at Wheelgate. */
export interface ClientSettings {
  /** The file the lines belong into, as a person would look for it. */
  readonly file: string;
  readonly lines: readonly string[];
  /** The same for one shell or one CI job. */
  readonly environment: readonly string[];
  /** The client's own command that writes it; absent where the client has none. */
  readonly command: readonly string[] | undefined;
  /** The consequence for existing locks; undefined if there is none. */
  readonly lock: string | undefined;
}

/**
 * Makes uv query the server for malware before it installs a lock: a preview of uv's. uv treats the address as a
 * folder, so it ends with a slash.
 */
export function malwareCheck(server: string): Pick<ClientSettings, 'lines' | 'environment'> {
  return {
    lines: ['[audit]', 'malware-check = true', `malware-check-url = "${server}/"`],
    environment: ['UV_MALWARE_CHECK=1', `UV_MALWARE_CHECK_URL=${server}/`],
  };
}

/** The address of Wheelgate, in the forms that clients require. */
interface Place {
  /** The simple index's URL. */
  readonly index: string;
  /** Host and port. */
  readonly host: string;
  /** pip and pdm use plain HTTP beyond this machine only from a host that is declared trusted. */
  readonly untrusted: boolean;
}

type Settings = Pick<ClientSettings, 'file' | 'lines'> &
  Partial<Pick<ClientSettings, 'environment' | 'command' | 'lock'>>;

/** @param server Wheelgate's URL, without a trailing slash */
export function clientSettings(client: ClientName, server: string): ClientSettings {
  const { hostname, protocol, port } = new URL(server);
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const place: Place = {
    index: `${server}/simple/`,
    host: port === '' ? hostname : `${hostname}:${port}`,
    untrusted: protocol === 'http:' && !loopback,
  };
  const { file, lines, environment = [], command, lock } = SETTINGS[client](place);
  return { file, lines, environment, command, lock };
}

const SETTINGS: Readonly<Record<ClientName, (place: Place) => Settings>> = {
  pip: (place) => ({
    file: 'pip.conf (~/.config/pip/pip.conf; Windows: %APPDATA%\\pip\\pip.ini)',
    lines: [
      '[global]',
      `index-url = ${place.index}`,
      ...(place.untrusted ? [`trusted-host = ${place.host}`] : []),
    ],
    environment: pipVariables(place),
    command: ['python3', '-m', 'pip', 'config', '--user', 'set', 'global.index-url', place.index],
  }),
  uv: ({ index }) => ({
    file: 'uv.toml (~/.config/uv/uv.toml; Windows: %APPDATA%\\uv\\uv.toml), or under [tool.uv] as [[tool.uv.index]] in pyproject.toml',
    lines: ['[[index]]', 'name = "wheelgate"', `url = "${index}"`, 'default = true'],
    environment: [`UV_DEFAULT_INDEX=${index}`],
    lock: 'uv.lock records its index, and `uv sync --frozen` uses only that index. Run `uv lock` again.',
  }),
  poetry: ({ index }) => ({
    file: 'pyproject.toml of each project',
    lines: [
      '[[tool.poetry.source]]',
      'name = "wheelgate"',
      `url = "${index}"`,
      'priority = "primary"',
    ],
    command: ['poetry', 'source', 'add', '--priority=primary', 'wheelgate', index],
    lock: 'An existing poetry.lock works: poetry downloads from the sources in pyproject.toml. `poetry lock` records the source.',
  }),
  pdm: ({ index, untrusted }) => ({
    file: 'pyproject.toml of each project, or `pdm config pypi.url` for all',
    lines: [
      '[[tool.pdm.source]]',
      'name = "pypi"',
      `url = "${index}"`,
      `verify_ssl = ${!untrusted}`,
    ],
    environment: [`PDM_PYPI_URL=${index}`],
    command: ['pdm', 'config', 'pypi.url', index],
    lock: 'A pdm.lock with static_urls contains file URLs and bypasses Wheelgate. Run `pdm lock` again.',
  }),
  'pip-tools': (place) => ({
    file: "pyproject.toml of each project (pip-tools also reads pip's settings)",
    lines: ['[tool.pip-tools]', `index-url = "${place.index}"`, 'emit-index-url = false'],
    environment: pipVariables(place),
    lock: 'A requirements.txt with its own --index-url bypasses Wheelgate. Run `pip-compile` again.',
  }),
  pipenv: ({ index, untrusted }) => ({
    file: 'Pipfile of each project, replacing the existing source',
    lines: ['[[source]]', 'name = "wheelgate"', `url = "${index}"`, `verify_ssl = ${!untrusted}`],
    environment: [`PIPENV_PYPI_MIRROR=${index}`],
    lock: 'Pipfile.lock records its sources. Run `pipenv lock` again.',
  }),
  hatch: (place) => ({
    file: 'pyproject.toml of each project, for the pip or uv of its environments',
    lines: [
      '[tool.hatch.envs.default.env-vars]',
      `PIP_INDEX_URL = "${place.index}"`,
      `UV_DEFAULT_INDEX = "${place.index}"`,
      ...(place.untrusted ? [`PIP_TRUSTED_HOST = "${place.host}"`] : []),
    ],
    environment: allVariables(place),
  }),
  renovate: ({ index }) => ({
    file: 'renovate.json',
    lines: [
      '{',
      '  "packageRules": [',
      `    { "matchDatasources": ["pypi"], "registryUrls": ["${index}"] }`,
      '  ]',
      '}',
    ],
    lock: 'uv, poetry and pdm write the locks, with the index from the project.',
  }),
  dependabot: ({ index }) => ({
    file: '.github/dependabot.yml',
    lines: [
      'version: 2',
      'registries:',
      '  wheelgate:',
      '    type: python-index',
      `    url: ${index}`,
      '    replaces-base: true',
      'updates:',
      '  - package-ecosystem: pip',
      '    directory: /',
      '    schedule: { interval: weekly }',
      '    registries: [wheelgate]',
    ],
    lock: 'uv, poetry and pip-compile write the locks, with the index from the project.',
  }),
  docker: (place) => ({
    file: 'Dockerfile, in each stage that installs packages (a loopback address there means the container)',
    lines: allVariables(place).map((variable) => `ENV ${variable}`),
  }),
  'github-actions': (place) => ({
    file: 'a workflow, at the top level or in a job',
    lines: ['env:', ...yamlOf(allVariables(place))],
  }),
  'gitlab-ci': (place) => ({
    file: '.gitlab-ci.yml',
    lines: ['variables:', ...yamlOf(allVariables(place))],
  }),
};

function pipVariables({ index, host, untrusted }: Place): string[] {
  return [`PIP_INDEX_URL=${index}`, ...(untrusted ? [`PIP_TRUSTED_HOST=${host}`] : [])];
}

/** Of all clients that take it from the environment. */
function allVariables(place: Place): string[] {
  const { index } = place;
  return [
    ...pipVariables(place),
    `UV_DEFAULT_INDEX=${index}`,
    `PDM_PYPI_URL=${index}`,
    `PIPENV_PYPI_MIRROR=${index}`,
  ];
}

function yamlOf(variables: readonly string[]): string[] {
  return variables.map((variable) => `  ${variable.replace('=', ': ')}`);
}
