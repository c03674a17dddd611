import { type AttestationRecord, AttestationRecords } from '../../../src/domain/attestation.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { AttestationStore } from '../../../src/store/attestation-store.js';
import { catches } from '../../support/contract.js';
import { ATTESTATIONS, type AttestationsSubject } from './attestations.js';

type Place = Map<ProjectName, readonly AttestationRecord[]>;

/** Records in a map that those who use it together have in common, and in one of its own what was only learnt. */
class MapAttestations implements AttestationStore {
  readonly place: Place;
  readonly learnt: Place = new Map();

  constructor(place: Place) {
    this.place = place;
  }

  add(place: Place, project: ProjectName, record: AttestationRecord): void {
    place.set(project, [...(place.get(project) ?? []), record]);
  }

  async known(project: ProjectName): Promise<AttestationRecords> {
    const records = new AttestationRecords();
    for (const place of [this.place, this.learnt])
      for (const record of place.get(project) ?? []) records.add(record);
    return records;
  }

  async put(project: ProjectName, record: AttestationRecord): Promise<void> {
    this.add(this.place, project, record);
  }

  learn(project: ProjectName, ...records: readonly AttestationRecord[]): void {
    for (const record of records) this.add(this.learnt, project, record);
  }
}

const of = (Store: typeof MapAttestations) => (): AttestationsSubject => {
  const place: Place = new Map();
  return { store: new Store(place), again: () => new Store(place) };
};

const altered = (alter: (record: AttestationRecord) => AttestationRecord) =>
  of(
    class extends MapAttestations {
      override put(project: ProjectName, record: AttestationRecord): Promise<void> {
        return super.put(project, alter(record));
      }
    },
  );

catches('attestations', ATTESTATIONS, of(MapAttestations), {
  'keeps for itself': of(
    class extends MapAttestations {
      override readonly place: Place = new Map();
    },
  ),
  'has no end that is never': altered((record) => ({
    ...record,
    askAgainAt: JSON.parse(JSON.stringify(record.askAgainAt)) ?? 0,
  })),
  'does not tell projects apart': of(
    class extends MapAttestations {
      override add(place: Place, _project: ProjectName, record: AttestationRecord): void {
        super.add(place, 'all' as ProjectName, record);
      }
      override known(): Promise<AttestationRecords> {
        return super.known('all' as ProjectName);
      }
    },
  ),
  'keeps one digest a filename': of(
    class extends MapAttestations {
      override add(place: Place, project: ProjectName, record: AttestationRecord): void {
        const others = (place.get(project) ?? []).filter((one) => one.filename !== record.filename);
        place.set(project, [...others, record]);
      }
    },
  ),
  'writes names in lower case': altered((record) => ({
    ...record,
    filename: record.filename.toLowerCase(),
  })),
  'keeps the first': of(
    class extends MapAttestations {
      override add(place: Place, project: ProjectName, record: AttestationRecord): void {
        place.set(project, [record, ...(place.get(project) ?? [])]);
      }
    },
  ),
  'writes over what comes meanwhile': of(
    class extends MapAttestations {
      override async put(project: ProjectName, record: AttestationRecord): Promise<void> {
        const before = this.place.get(project) ?? [];
        await new Promise(setImmediate);
        this.place.set(project, [...before, record]);
      }
    },
  ),
  'learns nothing': of(
    class extends MapAttestations {
      override learn(): void {}
    },
  ),
});
