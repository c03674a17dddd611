/** The events that a webhook can subscribe to: `webhooks[].events`. */
export const NOTICE_EVENTS = ['refusal', 'exposed', 'policy', 'waiver'] as const;

export type NoticeEvent = (typeof NOTICE_EVENTS)[number];
