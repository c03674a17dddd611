import type { FeedRecord } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import type { NamedRelease } from './advisory-id.js';

/** What is said against a release: a record of the malware feed as it is, or a refusal by the policy. */
export type Advisory =
  | {
      readonly kind: 'feed';
      readonly id: string;
      readonly hit: RuleHit;
      readonly record: FeedRecord;
      readonly project: ProjectName;
      /** Undefined where no release in particular was asked about. */
      readonly version: string | undefined;
    }
  | ({
      readonly kind: 'policy';
      readonly id: string;
      readonly hit: RuleHit;
      /** Whose content is refused; undefined where the release is, whatever is in it. */
      readonly file: Pick<Subject, 'filename' | 'sha256'> | undefined;
    } & NamedRelease);
