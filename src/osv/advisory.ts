import type { FeedRecord } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import type { NamedRelease } from './advisory-id.js';

/** An advisory against a release: an unchanged record of the malware feed, or a refusal by the policy. */
export type Advisory =
  | {
      readonly kind: 'feed';
      readonly id: string;
      readonly hit: RuleHit;
      readonly record: FeedRecord;
      readonly project: ProjectName;
      /** Undefined if the query named no release. */
      readonly version: string | undefined;
    }
  | ({
      readonly kind: 'policy';
      readonly id: string;
      readonly hit: RuleHit;
      /** The file with refused content; undefined if the release is refused regardless of its content. */
      readonly file: Pick<Subject, 'filename' | 'sha256'> | undefined;
    } & NamedRelease);
