import { createHash } from 'node:crypto';
import type { ProjectName } from '../../domain/project-name.js';
import { ATTESTATIONS_VERSION } from '../../store/disk/disk-attestation-store.js';

/** The properties of an upstream that replicas must have in common. */
export interface UpstreamPlace {
  readonly name: string;
  /** The URL of its index. */
  readonly url: string;
}

/**
 * The keys of the replicas' shared knowledge of projects. All keys of one project are in one slot of a cluster. Keys
 * about an upstream contain its name and its URL, because two replicas may use one name for different indexes.
 */
export class ProjectKeys {
  readonly #key: (name: string) => string;
  readonly #findings: string;
  readonly #probes: string;
  readonly #tags = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /**
   * @param key the full name of a key
   * @param inspections the conditions of findings apart from the bytes: the inspector's version and settings
   * @param probes the same for probe results
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

  /** Findings of older inspectors, or under other settings, have other keys. */
  findings(project: ProjectName): string {
    return this.#of(project, this.#findings);
  }

  /** Probe results: for the same inspector and settings, and this version of probes. */
  probes(project: ProjectName): string {
    return this.#of(project, this.#probes);
  }

  /** Attestations as verified by this version, and pinned digests. */
  facts(project: ProjectName): string {
    return this.#of(project, `facts:v${ATTESTATIONS_VERSION}`);
  }

  pins(project: ProjectName): string {
    return this.#of(project, 'pins');
  }

  /** The turn to query its upstreams. */
  turn(project: ProjectName): string {
    return this.#of(project, 'turn');
  }

  page(project: ProjectName, upstream: string): string {
    return this.#of(project, `page:${this.tagOf(upstream)}`);
  }

  /** An upstream's name among replicas. */
  tagOf(upstream: string): string {
    return this.#tags.get(upstream) ?? upstream;
  }

  /** The local upstream with a name among replicas. */
  upstreamOf(tag: string): string | undefined {
    return this.#names.get(tag);
  }

  #of(project: ProjectName, what: string): string {
    return this.#key(`{p:${project}}:${what}`);
  }
}
