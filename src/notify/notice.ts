import { expiryText } from '../domain/expiry-text.js';
import type { NoticeEvent } from '../domain/notice-events.js';
import { counted } from '../domain/plural.js';
import { visible } from '../domain/visible.js';

/** Requests for files of one release that one rule refused. */
export interface RefusalNotice {
  readonly event: 'refusal';
  /** ISO 8601: when it was noticed. */
  readonly time: string;
  readonly rule: string;
  readonly reason: string;
  readonly upstream: string;
  readonly project: string;
  readonly version?: string | undefined;
  /** The first requested files. */
  readonly filenames: readonly string[];
  /** Of the first file. */
  readonly sha256?: string | undefined;
  readonly revision: string;
  /** Refused requests since the notice before. */
  readonly count: number;
  /** ISO 8601: of the first of them, and of the last. */
  readonly first: string;
  readonly last: string;
  /** Whether there was no recent notice for this release and rule. */
  readonly isFirst: boolean;
  /** The page with the reason, if the server's own URL is configured. */
  readonly link?: string | undefined;
}

/** Clients have received an artifact that is now denied. */
export interface ExposedNotice {
  readonly event: 'exposed';
  readonly time: string;
  readonly rule: string;
  readonly reason: string;
  readonly revision: string;
  readonly project: string;
  readonly filename: string;
  /** Requests that delivered all of it, and those that delivered a part. */
  readonly downloads: number;
  readonly parts: number;
  /** How many clients are known; the log has who they are. */
  readonly clients: number;
  readonly first: string;
  readonly last: string;
}

/** An edit of the policy was rejected, or one was accepted afterwards. */
export interface PolicyNotice {
  readonly event: 'policy';
  readonly time: string;
  readonly state: 'rejected' | 'accepted';
  /** Of the policy in force. */
  readonly revision: string;
  /** The first problems, `file:line:column` each. */
  readonly problems: readonly string[];
}

/** A waiver ends soon, or has ended. */
export interface WaiverNotice {
  readonly event: 'waiver';
  readonly time: string;
  readonly state: 'ending' | 'ended';
  readonly rule: string;
  readonly project: string;
  readonly versions: string;
  readonly owner: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly expires: string;
}

/** A single notification. */
export type Notice = RefusalNotice | ExposedNotice | PolicyNotice | WaiverNotice;

/** Too many notices of one event at a time for a message each. */
export interface GatheredNotices {
  readonly event: 'more';
  readonly time: string;
  readonly of: NoticeEvent;
  /** The total number, including notices that are not in `notices`. */
  readonly count: number;
  readonly notices: readonly Notice[];
}

/** The message of `wheelgate notify test`. */
export interface TestNotice {
  readonly event: 'test';
  readonly time: string;
}

/** The content of one message. */
export type Message = Notice | GatheredNotices | TestNotice;

/**
 * Formats it in one or two sentences, each notice on a separate line: names and reasons are untrusted, and must not
 * begin a line, or change the text direction.
 */
export function sentenceOf(message: Message): string {
  if (message.event !== 'more') return visible(saidOf(message).replace(/\s+/g, ' '));
  return [
    `${counted(message.count, 'more notice')} (${message.of}):`,
    ...message.notices.slice(0, 10).map((notice) => `- ${sentenceOf(notice)}`),
  ].join('\n');
}

function saidOf(message: Notice | TestNotice): string {
  switch (message.event) {
    case 'refusal':
      return refusalSentence(message);
    case 'exposed':
      return exposedSentence(message);
    case 'policy':
      return message.state === 'accepted'
        ? `A policy edit was accepted again: revision ${message.revision} is in force.`
        : `A policy edit was rejected; revision ${message.revision} stays in force. ${message.problems.join('; ')}`;
    case 'waiver':
      return waiverSentence(message);
    case 'test':
      return 'This is a test notification from Wheelgate.';
  }
}

/** A reason names the rule at its end. */
function refusalSentence({ isFirst, count, first, ...refusal }: RefusalNotice): string {
  const { project, version, reason, filenames } = refusal;
  const release = version === undefined ? (filenames[0] ?? project) : `${project} ${version}`;
  const times = isFirst ? '' : ` (${counted(count, 'more time')} since ${first})`;
  // Most reasons begin with the release.
  return reason.startsWith(`${release} `)
    ? `Refused by Wheelgate${times}: ${reason}`
    : `Wheelgate refused ${release}${times}: ${reason}`;
}

function exposedSentence({
  filename,
  rule,
  reason,
  downloads,
  parts,
  clients,
  first,
  last,
}: ExposedNotice): string {
  const given = [
    counted(downloads, 'download'),
    ...(parts > 0 ? [counted(parts, 'partial download')] : []),
    counted(clients, 'client'),
  ].join(', ');
  return `${filename} is now denied by the rule ${rule} (${reason}) but was downloaded before: ${given}, from ${first} to ${last}. Run "wheelgate exposure" to list the clients.`;
}

function waiverSentence({ state, rule, project, versions, owner, expires }: WaiverNotice): string {
  const end = expiryText(expires);
  const when = state === 'ending' ? `expires on ${end}` : `expired on ${end}`;
  return `The waiver of ${rule} for ${project} ${versions} ${when}. Owner: ${owner}.`;
}
