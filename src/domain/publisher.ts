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

/** A publisher in one line, `github:owner/name`: what policies write and reasons show. */
export type PublisherId = string & { readonly __brand: 'PublisherId' };

/**
 * The name of a publisher. The workflow is no part of it: a team that renames its workflow stays the same
 * publisher, and who may write to the repository may write to every workflow in it. Forges and mail do not
 * tell upper from lower case.
 */
export function publisherId(publisher: Publisher): PublisherId {
  const name = publisher.kind === 'google' ? publisher.email : publisher.repository;
  return `${publisher.kind}:${name}`.toLowerCase() as PublisherId;
}

/** Reads `github:owner/name`, `gitlab:group/name` or `google:account@…`; undefined where it is none. */
export function parsePublisherId(text: string): PublisherId | undefined {
  const sound =
    /^github:[\w.-]+\/[\w.-]+$/i.test(text) ||
    /^gitlab:[\w.-]+(?:\/[\w.-]+)+$/i.test(text) ||
    /^google:[^\s@:/]+@[\w.-]+$/i.test(text);
  return sound && text.length <= 300 ? (text.toLowerCase() as PublisherId) : undefined;
}
