/** What a webhook can ask to be told of: `webhooks[].events`. */
export const NOTICE_EVENTS = ['refusal', 'exposed', 'policy', 'waiver'] as const;

export type NoticeEvent = (typeof NOTICE_EVENTS)[number];
