import { type Message, sentenceOf } from './notice.js';

/** How a webhook wants to be told. */
export type WebhookFormat = 'json' | 'slack';

/** Slack cuts a longer text, in characters. */
const SLACK_TEXT = 3_000;

/** The body of a message: `{ type, timestamp, data }`, as Standard Webhooks recommends, or `{ text }` for Slack. */
export function webhookBody(message: Message, format: WebhookFormat): string {
  if (format === 'slack')
    return JSON.stringify({ text: slackText(message), unfurl_links: false, unfurl_media: false });
  const { event, time, ...data } = message;
  return JSON.stringify({
    type: event,
    timestamp: time,
    data: { ...data, text: sentenceOf(message) },
  });
}

function slackText(message: Message): string {
  const text = escapeForSlack(sentenceOf(message)).slice(0, SLACK_TEXT);
  const link = 'link' in message ? message.link : undefined;
  return link === undefined ? text : `${text}\n<${link}|Why, and what to do>`;
}

/** Names and reasons come from outside: none of it may be a link, a mention or a mark. */
function escapeForSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]|:(?=\/\/)/g, (mark) => `${mark}\u200b`);
}
