import { createHash } from 'node:crypto';
import type { ProjectName } from '../../domain/project-name.js';
import { ATTESTATIONS_VERSION } from '../../store/disk/disk-attestation-store.js';

/** What of an upstream replicas must have in common. */
export interface UpstreamPlace {
  readonly name: string;
  /** Of its index. */
  readonly url: string;
}

/**
 * The names of what replicas keep in common of projects. All of one project is in one slot of a cluster. What depends on an
 * upstream is of its name and its URL: two replicas may call different indexes by one name.
 */
export class ProjectKeys {
  readonly #key: (name: string) => string;
  readonly #findings: string;
  readonly #probes: string;
  readonly #tags = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /**
   * @param key the whole name of a key, from its own
   * @param inspections what findings depend on beside the bytes: the inspector's version, and its settings
   * @param probes the same of what probes see
   */
  constructor(
    key: (name: string) => string,
    inspections: string,
    probes: string,
    upstreams: readonly UpstreamPlace[],
  ) {
    this.#key = key;
    this.#findings = `findings:${inspections}`;
    this.#probes = `probes:${probes}`;
    for (const { name, url } of upstreams) {
      const tag = `${name}@${createHash('sha256').update(url).digest('hex').slice(0, 8)}`;
      this.#tags.set(name, tag);
      this.#names.set(tag, name);
    }
  }

  /** Those of older inspectors, or of other settings, lie under other names. */
  findings(project: ProjectName): string {
    return this.#of(project, this.#findings);
  }

  /** Of probes: of the same inspectors and settings, and of this version of probes. */
  probes(project: ProjectName): string {
    return this.#of(project, this.#probes);
  }

  /** Attestations as this version verifies them, and which bytes a digest stands for. */
  facts(project: ProjectName): string {
    return this.#of(project, `facts:v${ATTESTATIONS_VERSION}`);
  }

  pins(project: ProjectName): string {
    return this.#of(project, 'pins');
  }

  /** Who asks its upstreams. */
  turn(project: ProjectName): string {
    return this.#of(project, 'turn');
  }

  page(project: ProjectName, upstream: string): string {
    return this.#of(project, `page:${this.tagOf(upstream)}`);
  }

  /** How an upstream is called among replicas. */
  tagOf(upstream: string): string {
    return this.#tags.get(upstream) ?? upstream;
  }

  /** An upstream of ours by what it is called among replicas. */
  upstreamOf(tag: string): string | undefined {
    return this.#names.get(tag);
  }

  #of(project: ProjectName, what: string): string {
    return this.#key(`{p:${project}}:${what}`);
  }
}
