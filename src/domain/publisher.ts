/** Who attests a file, as PyPI knows publishers and as the signing certificate proves them (PEP 740). */
export type Publisher =
  | {
      readonly kind: 'github';
      /** `owner/name`, spelt as the certificate spells it. */
      readonly repository: string;
      /** The workflow's filename: `release.yml`. */
      readonly workflow: string;
    }
  | {
      readonly kind: 'gitlab';
      /** `group/…/name`. */
      readonly repository: string;
      /** The pipeline's path in the repository: `.gitlab-ci.yml`. */
      readonly workflow: string;
    }
  | {
      readonly kind: 'google';
      /** The service account. */
      readonly email: string;
    };

/** A publisher in one line, `github:owner/name`, as in policies and reasons. */
export type PublisherId = string & { readonly __brand: 'PublisherId' };

/**
 * The ID of a publisher. The workflow is not part of it: a team that renames its workflow stays the same publisher, and
 * write access to the repository includes every workflow in it. Forges and mail ignore case.
 */
export function publisherId(publisher: Publisher): PublisherId {
  const name = publisher.kind === 'google' ? publisher.email : publisher.repository;
  return `${publisher.kind}:${name}`.toLowerCase() as PublisherId;
}

/** Reads `github:owner/name`, `gitlab:group/name` or `google:account@…`; undefined if it is invalid. */
export function parsePublisherId(text: string): PublisherId | undefined {
  const sound =
    /^github:[\w.-]+\/[\w.-]+$/i.test(text) ||
    /^gitlab:[\w.-]+(?:\/[\w.-]+)+$/i.test(text) ||
    /^google:[^\s@:/]+@[\w.-]+$/i.test(text);
  return sound && text.length <= 300 ? (text.toLowerCase() as PublisherId) : undefined;
}
