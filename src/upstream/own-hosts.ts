/**
 * The permitted hosts of an upstream's pages and files: the index's own, and the configured ones, as `host`,
 * `host:port` or, for all subdomains, `*.blob.core.windows.net`.
 */
export class OwnHosts {
  readonly #hosts: ReadonlySet<string>;
  /** `.blob.core.windows.net` */
  readonly #endings: readonly string[];

  constructor(index: string, named: readonly string[]) {
    const hosts = named.map((host) => host.toLowerCase());
    this.#hosts = new Set([index, ...hosts.filter((host) => !host.startsWith('*'))]);
    this.#endings = hosts.flatMap((host) => (host.startsWith('*.') ? [host.slice(1)] : []));
  }

  /** @param host with its port, unless it is the scheme's default */
  has(host: string): boolean {
    return this.#hosts.has(host) || this.#endings.some((ending) => host.endsWith(ending));
  }
}
