import type { Sha256 } from '../domain/digest.js';
import type { DistributionFilename } from '../domain/distribution-filename.js';
import { counted } from '../domain/plural.js';
import { FindingList, InspectionProblem } from './finding-list.js';
import type { InspectionLimits } from './limits.js';
import { MemberDigests } from './member-digests.js';
import type { BroughtModules } from './startup-hooks/brought-modules.js';
import type { StartPlaceList } from './startup-hooks/start-place-list.js';

/** Collects the results of one inspection, and enforces its limits. */
export class InspectionRun {
  readonly artifact: DistributionFilename;
  /** Bytes of the artifact itself. */
  readonly size: number;
  readonly limits: InspectionLimits;
  readonly findings = new FindingList();
  readonly digests = new MemberDigests();
  readonly #deadline: number;
  readonly #now: () => number;
  memberCount = 0;
  inflatedBytes = 0;
  /** The importable modules; wheels only. */
  modules: BroughtModules | undefined;
  /** The places at which it meets other artifacts; wheels only. */
  places: StartPlaceList | undefined;
  metadataSha256: Sha256 | undefined;
  /** Whether some bytes were not inspected. */
  incomplete = false;

  /** @param now milliseconds; only differences count */
  constructor(
    artifact: DistributionFilename,
    size: number,
    limits: InspectionLimits,
    now: () => number = () => performance.now(),
  ) {
    this.artifact = artifact;
    this.size = size;
    this.limits = limits;
    this.#now = now;
    this.#deadline = now() + limits.timeMs;
  }

  /** @throws {InspectionProblem} once the time is over */
  readonly checkTime = (): void => {
    if (this.#now() > this.#deadline)
      throw new InspectionProblem(
        'inspection-limit-time',
        `the inspection took longer than ${this.limits.timeMs} ms`,
      );
  };

  /** Counts bytes during inflation, if their number is not declared in advance. @throws {InspectionProblem} */
  checkInflated(total: number): void {
    if (total > this.limits.inflatedBytes)
      throw new InspectionProblem(
        'inspection-limit-inflated',
        `it inflates to over ${total} bytes`,
      );
    if (total > this.limits.ratioFloorBytes && total > this.size * this.limits.ratio)
      throw new InspectionProblem(
        'inspection-limit-ratio',
        `${counted(this.size, 'byte')} inflated to over ${total}`,
      );
    this.checkTime();
  }

  addContent(sha256: Buffer, length: number): void {
    this.digests.add(sha256);
    this.inflatedBytes += length;
  }
}
