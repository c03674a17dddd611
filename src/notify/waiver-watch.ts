import type { Waiver } from '../policy/entries.js';
import { EXPIRING_WITHIN } from '../policy/waivers.js';
import type { WaiverNotice } from './notice.js';

type WaiverState = WaiverNotice['state'];

/** Notifies of each waiver that expires within a week, and each that has expired: once each, even after restarts. */
export class WaiverWatch {
  #told: Readonly<Record<string, WaiverState>>;

  /** @param told from an earlier run */
  constructor(told: Readonly<Record<string, WaiverState>> = {}) {
    this.#told = told;
  }

  /** @param now milliseconds since 1970 */
  look(waivers: readonly Waiver[], now: number): WaiverNotice[] {
    const told: Record<string, WaiverState> = {};
    const notices: WaiverNotice[] = [];
    for (const waiver of waivers) {
      const state = stateOf(waiver, now);
      if (state === undefined) continue;
      const key = keyOf(waiver);
      if (told[key] === undefined && this.#told[key] !== state)
        notices.push(noticeOf(waiver, state, now));
      told[key] = state;
    }
    // Who is no longer in the policy is forgotten.
    this.#told = told;
    return notices;
  }

  /** The state for the next run. */
  known(): Readonly<Record<string, WaiverState>> {
    return this.#told;
  }
}

/** One that has ended for long is no news. */
function stateOf({ expires }: Waiver, now: number): WaiverState | undefined {
  if (Math.abs(expires - now) > EXPIRING_WITHIN) return undefined;
  return expires <= now ? 'ended' : 'ending';
}

function keyOf({ rule, project, versions, expires }: Waiver): string {
  return JSON.stringify([rule, project, versions, expires]);
}

function noticeOf(waiver: Waiver, state: WaiverState, now: number): WaiverNotice {
  const { rule, project, versions, owner, reason, expires } = waiver;
  return {
    event: 'waiver',
    time: new Date(now).toISOString(),
    state,
    rule,
    project,
    versions,
    owner,
    reason,
    expires: new Date(expires).toISOString(),
  };
}
