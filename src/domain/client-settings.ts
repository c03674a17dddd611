/** The clients whose settings we know how to write. */
export const CLIENTS = ['pip', 'uv', 'poetry', 'pdm'] as const;
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
}

/**
 * What has uv ask the server, before it installs what a lock names, whether any of it is malware: a preview of uv's. uv takes
 * the address as a folder, so it ends with a slash.
 */
export function malwareCheck(server: string): Pick<ClientSettings, 'lines' | 'environment'> {
  return {
    lines: ['[audit]', 'malware-check = true', `malware-check-url = "${server}/"`],
    environment: ['UV_MALWARE_CHECK=1', `UV_MALWARE_CHECK_URL=${server}/`],
  };
}

/** @param server Wheelgate's URL, without a trailing slash */
export function clientSettings(client: ClientName, server: string): ClientSettings {
  const index = `${server}/simple/`;
  const { hostname, protocol, port } = new URL(server);
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  // pip and pdm use plain HTTP beyond this machine only from a host that is declared trusted.
  const untrusted = protocol === 'http:' && !loopback;
  const host = port === '' ? hostname : `${hostname}:${port}`;
  switch (client) {
    case 'pip':
      return {
        file: 'pip.conf (~/.config/pip/pip.conf; Windows: %APPDATA%\\pip\\pip.ini)',
        lines: [
          '[global]',
          `index-url = ${index}`,
          ...(untrusted ? [`trusted-host = ${host}`] : []),
        ],
        environment: [`PIP_INDEX_URL=${index}`, ...(untrusted ? [`PIP_TRUSTED_HOST=${host}`] : [])],
        command: ['python3', '-m', 'pip', 'config', '--user', 'set', 'global.index-url', index],
      };
    case 'uv':
      return {
        file: 'uv.toml (~/.config/uv/uv.toml), or under [tool.uv] as [[tool.uv.index]] in pyproject.toml',
        lines: ['[[index]]', 'name = "wheelgate"', `url = "${index}"`, 'default = true'],
        environment: [`UV_DEFAULT_INDEX=${index}`],
        command: undefined,
      };
    case 'poetry':
      return {
        file: 'pyproject.toml of each project',
        lines: [
          '[[tool.poetry.source]]',
          'name = "wheelgate"',
          `url = "${index}"`,
          'priority = "primary"',
        ],
        environment: [],
        command: ['poetry', 'source', 'add', '--priority=primary', 'wheelgate', index],
      };
    case 'pdm':
      return {
        file: 'pyproject.toml of each project, or `pdm config pypi.url` for all',
        lines: [
          '[[tool.pdm.source]]',
          'name = "pypi"',
          `url = "${index}"`,
          `verify_ssl = ${!untrusted}`,
        ],
        environment: [`PDM_PYPI_URL=${index}`],
        command: ['pdm', 'config', 'pypi.url', index],
      };
  }
}
