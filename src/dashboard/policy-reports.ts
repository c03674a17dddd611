import type { Layer } from '../policy/sources.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import type { PolicyEdits } from './policy-edits.js';
import { type PolicyFilePart, partOfFile } from './policy-file.js';
import { type PolicyReport, reportPolicy } from './policy-report.js';
import type { ReplicaNote } from './replica-note.js';

/** A range of lines in a policy file. */
export interface AskedFile {
  readonly layer: Layer;
  readonly name: string;
  /** From 1. */
  readonly from: number;
  /** Whether with its comments. */
  readonly comments: boolean;
}

/** The dashboard's queries on the policy. */
export interface PolicyReports {
  /** @param comments whether the texts of its files include comments */
  report(comments: boolean): Promise<PolicyReport>;
  /** Undefined if the file is not in force. */
  file(asked: AskedFile): Promise<PolicyFilePart | undefined>;
}

/** For the process that reads the policy. */
export class KeptPolicyReports implements PolicyReports {
  readonly #policies: PolicyWatcher;
  readonly #edits: PolicyEdits;
  readonly #now: () => number;
  readonly #replicas: () => readonly ReplicaNote[] | undefined;
  /** Milliseconds since 1970. */
  #failingSince: number | undefined;

  /** @param replicas undefined for a single server */
  constructor(
    policies: PolicyWatcher,
    edits: PolicyEdits,
    now: () => number,
    replicas: () => readonly ReplicaNote[] | undefined = () => undefined,
  ) {
    this.#replicas = replicas;
    this.#policies = policies;
    this.#edits = edits;
    this.#now = now;
    const note = () => edits.note(policies.current.revision, policies.sources);
    policies.onReading((problems) => {
      if (problems.length > 0) this.#failingSince ??= now();
      else {
        this.#failingSince = undefined;
        note();
      }
    });
    note();
  }

  async report(comments: boolean): Promise<PolicyReport> {
    const { current, meaning, sources, problems } = this.#policies;
    const { newest, since } = this.#edits;
    const failingSince = this.#failingSince;
    const policy = {
      revision: current.revision,
      meaning,
      sources,
      edits: newest,
      since,
      failing: failingSince === undefined ? undefined : { since: failingSince, problems },
      replicas: this.#replicas(),
    };
    return reportPolicy(policy, comments, this.#now());
  }

  async file({ layer, name, from, comments }: AskedFile): Promise<PolicyFilePart | undefined> {
    const { files } = this.#policies.sources;
    const file = files.find((one) => one.layer === layer && one.name === name);
    return file && partOfFile(file, from, comments);
  }
}
