import { type Message, sentenceOf } from './notice.js';

/** The message format of a webhook. */
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
  const text = slackEscaped(sentenceOf(message));
  const link = 'link' in message ? message.link : undefined;
  return link === undefined ? text : `${text}\n<${link}|Details>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/**
 * Characters that start or end a link, a mention or markup in Slack's or Mattermost's text: a zero-width space after
 * them disables that.
 */
const MARKS = /[*_~`[\]@#|\\]|:(?=\/)|www(?=\.)/gi;

/** Names and reasons are untrusted, and must not become a link, a mention or markup. Never ends within a character. */
function slackEscaped(text: string): string {
  let escaped = '';
  for (const character of text.replace(MARKS, (mark) => `${mark}\u200b`)) {
    const next = ENTITIES[character] ?? character;
    if (escaped.length + next.length > SLACK_TEXT) break;
    escaped += next;
  }
  return escaped;
}
