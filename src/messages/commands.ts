/* Lines that commands print. */

/** `token`, before the token. */
export const TOKEN_ONCE = '# The token (shown only once):';

/** `token`, before the entry of its file. */
export const TOKEN_ENTRY = '# Add under "tokens:" in the file that access.tokens names:';

/** `audit`, before the advice. */
export const WHAT_TO_DO = 'What to do:';

/** `audit`, of a hook that the policy lists. @param hook the finding */
export function knownGood(hook: string): string {
  return `${hook}: known-good`;
}

/** `audit`, of a file of a distribution. */
export const NOT_AS_RECORDED = 'does not match its hash in RECORD';

/** `audit`, of a lock. @param releases one by its name, or how many */
export function lockedElsewhere(releases: string | number, place: string, ours: string): string {
  const which = typeof releases === 'string' ? `${releases} is` : `${releases} releases are`;
  return `${which} locked from ${place}, not from ${ours}: they bypass Wheelgate`;
}
