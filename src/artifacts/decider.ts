import type { Attestations } from '../attestations/attestations.js';
import type { KnownAttestations } from '../domain/attestation.js';
import type { ArtifactDescription, Inspection } from '../domain/finding.js';
import type { Verdict } from '../domain/verdict.js';
import type { Arrived } from '../fleet/leases.js';
import type { EarlyLook, Inspectable, Inspector } from '../inspection/inspector.js';
import type { KnownBytes } from '../project-pages/known-bytes.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import { changesSidecar } from '../project-pages/sidecar-digests.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { StartPlacesMet } from '../store/start-places-met.js';
import type { Judge } from '../verdicts/judge.js';
import { nameOf, type OwnTask, recognise, type Task } from './task.js';

/** An artifact's bytes for inspection, and the inspection that ran while they arrived. */
export interface Bytes extends Arrived {
  readonly at: Inspectable;
  readonly early: EarlyLook | undefined;
  /** The inspection of another replica, equivalent to a local one. */
  readonly inspection: Inspection | undefined;
}

export interface DeciderParts {
  readonly pages: Pick<ProjectPages, 'invalidate'>;
  readonly knownBytes: Pick<KnownBytes, 'remember' | 'noteServed'>;
  readonly judge: Judge;
  readonly findings: FindingsStore;
  readonly inspector: Inspector;
  readonly attestations: Pick<Attestations, 'lookUp'>;
  readonly startPlaces: Pick<StartPlacesMet, 'arrived'>;
  /** Receives events outside any request. */
  readonly onEvent: (event: DecisionEvent) => void;
}

export type DecisionEvent =
  | {
      readonly kind: 'inspected';
      readonly listed: ListedFile;
      readonly seconds: number;
      readonly codes: readonly string[];
    }
  | { readonly kind: 'findings-not-kept'; readonly listed: ListedFile; readonly error: unknown };

/** Steps 5 and 6 of an artifact's way: from bytes that are here to the verdict that opens the gate, or shuts it. */
export class Decider {
  readonly #parts: DeciderParts;

  constructor(parts: DeciderParts) {
    this.#parts = parts;
  }

  /** The known attestations of a file, after all lookups that its verdict requires. Never rejects. */
  lookUp({ subject, upstream }: ListedFile): Promise<KnownAttestations> {
    const { attestations, judge } = this.#parts;
    return attestations.lookUp(subject.project, upstream, (known) =>
      judge.unknownAttestations(subject, known),
    );
  }

  /** The verdict on inspected bytes, after all lookups. The project's page reflects it from now on. */
  async verdictOn(listed: ListedFile, inspection: Inspection | undefined): Promise<Verdict> {
    const { judge, pages } = this.#parts;
    const attestations = await this.lookUp(listed);
    const verdict = await judge.judgeSeen(listed.subject, { inspection, attestations });
    const isNews = verdict.hits.length > 0 || changesSidecar(listed.file, inspection);
    // The probe result for it is obsolete.
    pages.invalidate(listed.subject.project, isNews ? undefined : 'probed');
    return verdict;
  }

  /** Bytes that were verified against the index's declaration and against the pinned digest. */
  async admit(task: OwnTask, bytes: Bytes): Promise<void> {
    const { size, sha256, hashes } = bytes;
    const { listed } = task;
    // The disk takes as long for a pin as many an inspection does. Bytes that differ from the pinned ones are inspected,
    // too: a waiver may accept them.
    const [pinning, inspecting] = await Promise.allSettled([
      this.#parts.knownBytes.remember(listed, bytes),
      listed.upstream.inspect ? this.#findings(task, bytes) : undefined,
    ]);
    if (pinning.status === 'rejected') throw pinning.reason;
    const doubt = pinning.value;
    recognise(task, { size, sha256, hashes, doubt });
    if (inspecting.status === 'rejected') throw inspecting.reason;
    const inspection = inspecting.value;
    task.tell({ kind: 'complete', size, sha256, hashes, doubt, ...(inspection && { inspection }) });
    await this.end(task, size, inspection);
  }

  /** Ends a fill by the verdict on its bytes. */
  async end(task: Task, size: number, inspection: Inspection | undefined): Promise<void> {
    await task.attested;
    // The lookups are repeated, because a new policy may require more; usually nothing is left.
    const verdict = await this.verdictOn(task.listed, inspection);
    if (verdict.outcome !== 'block') return task.fill.finish({ kind: 'allowed', verdict, size });
    // A refused client continues with the release's next file, so all processes must know the verdict before it is
    // sent.
    await task.kept;
    task.fill.finish({ kind: 'refused', verdict });
  }

  async #findings(task: OwnTask, bytes: Bytes): Promise<Inspection> {
    const { listed, known } = task;
    const { sha256, size } = bytes;
    const { findings, startPlaces } = this.#parts;
    const { project, filename } = listed.subject;
    const before =
      known.sha256 === sha256 ? known.inspection : await findings.get(project, sha256, filename);
    if (before !== undefined) {
      bytes.early?.abandon();
      return before;
    }
    const found =
      bytes.inspection ??
      (await this.#inspect(listed, bytes, { sha256, size, name: nameOf(listed) }));
    await startPlaces.arrived(project, found);
    task.kept = findings.put(project, found).catch((error: unknown) => {
      // They judge this fill all the same; the next one looks again.
      this.#parts.onEvent({ kind: 'findings-not-kept', listed, error });
    });
    return found;
  }

  async #inspect(listed: ListedFile, { at, early }: Bytes, artifact: ArtifactDescription) {
    const started = performance.now();
    const inspection = await this.#parts.inspector.inspect(at, artifact, early);
    const seconds = (performance.now() - started) / 1_000;
    const codes = inspection.findings.map((finding) => finding.code);
    this.#parts.onEvent({ kind: 'inspected', listed, seconds, codes });
    return inspection;
  }
}
