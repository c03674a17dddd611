import { expiryText } from '../domain/expiry-text.js';
import { vainClauses } from '../domain/specifier.js';
import type { YamlDocument } from '../yaml/document.js';
import type { Problem } from '../yaml/problem.js';
import { suggestion } from '../yaml/validate.js';
import { CHANGE_ME, unfinishedKeys } from './how-to-waive.js';
import type { PolicyMeaning } from './merge.js';
import { heedsFixes } from './rules/cooldown.js';
import type { PolicyFile } from './schema.js';
import { DAY } from './terms.js';
import { EXPIRING_WITHIN, reachOf } from './waivers.js';

/** A valid file, with the positions of its parts. */
export interface SourcedFile {
  readonly file: PolicyFile;
  readonly document: YamlDocument;
}

/** The inputs of the advice, apart from the files. */
export interface AdviceContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The names of the configured upstreams, if known: a scope that names an unknown upstream causes a warning. */
  readonly upstreams?: readonly string[];
  /** Whether a malware feed is configured, if known: settings that depend on it cause a warning. */
  readonly hasFeed?: boolean;
  /**
   * Whether it is for serving: then a waiver that expires too late is only warned of, and does nothing. A clock that
   * is wrong at the start would keep everything from being served.
   */
  readonly serving?: boolean;
}

export interface Advice {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** Warnings that require all files together, the clock or the configuration. */
export function adviseOn(
  files: readonly SourcedFile[],
  meaning: PolicyMeaning,
  { now, upstreams, hasFeed = true, serving = false }: AdviceContext,
): Advice {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const sourced of files) {
    const { tooLong, near } = waiverSpans(sourced, meaning.waiverMax, now);
    (serving ? warnings : problems).push(...tooLong);
    warnings.push(
      ...near,
      ...unfinishedWaivers(sourced),
      ...vainVersions(sourced),
      ...(upstreams === undefined ? [] : unknownUpstreams(sourced, upstreams)),
      ...(hasFeed || !heedsFixes(meaning.rules.cooldown) ? [] : vainFixes(sourced)),
    );
    if (sourced.file.base === 'none')
      warnings.push(
        sourced.document.problemAt(
          ['base'],
          'the shipped denials and known-good hooks are not loaded',
        ),
      );
  }
  return { problems, warnings };
}

/** Waivers that exceed the maximum lifetime, have expired, or expire soon. */
function waiverSpans({ file, document }: SourcedFile, waiverMax: number, now: number) {
  const tooLong: Problem[] = [];
  const near: Problem[] = [];
  for (const [index, waiver] of (file.waivers ?? []).entries()) {
    const at = (message: string) => document.problemAt(['waivers', index, 'expires'], message);
    const { rule, project, versions, owner, expires } = waiver;
    const what = `the waiver of ${rule} for ${project} ${versions} (owner: ${owner})`;
    if (expires > now + reachOf(waiverMax))
      tooLong.push(at(`${what} expires too late: waiver-max is ${waiverMax / DAY}d`));
    else if (expires <= now)
      near.push(at(`${what} expired ${expiryText(expires)} and has no effect`));
    else if (expires <= now + EXPIRING_WITHIN)
      near.push(at(`${what} expires ${expiryText(expires)}`));
  }
  return { tooLong, near };
}

/** Copied waivers with placeholders that were not replaced. */
function unfinishedWaivers({ file, document }: SourcedFile): Problem[] {
  return (file.waivers ?? []).flatMap((waiver, index) => {
    const [key] = unfinishedKeys(waiver);
    return key === undefined
      ? []
      : document.problemAt(
          ['waivers', index, key],
          `the waiver of ${waiver.rule} for ${waiver.project} still says ${CHANGE_ME}: replace it with the owner and the reason`,
        );
  });
}

/** Versions that no release can have. */
function vainVersions({ file, document }: SourcedFile): Problem[] {
  return (['deny', 'waivers'] as const).flatMap((list) =>
    (file[list] ?? []).flatMap(({ versions }, index) =>
      (versions === undefined ? [] : vainClauses(versions)).map((clause) =>
        document.problemAt(
          [list, index, 'versions'],
          `no version matches ${clause}: === compares strings; use ==`,
        ),
      ),
    ),
  );
}

/** Rules for an upstream that is not configured. */
function unknownUpstreams(
  { file, document }: SourcedFile,
  upstreams: readonly string[],
): Problem[] {
  return Object.entries(file.rules ?? {}).flatMap(([rule, settings]) =>
    (settings?.upstreams ?? []).flatMap((name, index) =>
      upstreams.includes(name)
        ? []
        : document.problemAt(
            ['rules', rule, 'upstreams', index],
            `no upstream is named ${JSON.stringify(name)}${suggestion(name, upstreams)}; the rule ${rule} does not apply to it`,
          ),
    ),
  );
}

/** A cooldown that would let fixes through, and never learns of one. */
function vainFixes({ file, document }: SourcedFile): Problem[] {
  const fixes = file.rules?.cooldown?.['security-fixes'] ?? 'off';
  if (fixes === 'off') return [];
  return [
    document.problemAt(
      ['rules', 'cooldown', 'security-fixes'],
      `security-fixes: ${fixes} has no effect: no malware feed is configured ("feed.url": none), so no release is known to be a fix`,
    ),
  ];
}
