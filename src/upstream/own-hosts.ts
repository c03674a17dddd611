/**
 * The hosts that an upstream's pages and files may come from: the index's own, and those that the settings name, as `host`,
 * `host:port` or, for all hosts below one, `*.blob.core.windows.net`.
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

  /** @param host with its port where that is not the scheme's own */
  has(host: string): boolean {
    return this.#hosts.has(host) || this.#endings.some((ending) => host.endsWith(ending));
  }
}
