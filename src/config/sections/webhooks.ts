import { z } from 'zod';
import { NOTICE_EVENTS } from '../../domain/notice-events.js';
import { shortName } from '../terms.js';

/** Often with a query, and often a secret as a whole: no message repeats it. */
const webhookUrl = () =>
  z.string().superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      context.addIssue('expected a URL such as https://chat.example.com/hooks/builds');
    else if (url.username || url.password)
      context.addIssue('credentials are not allowed in a URL; "secret" signs messages');
  });

const webhook = z.strictObject({
  name: shortName().describe('Name in the log and /readyz.'),
  url: webhookUrl().describe('URL that messages are posted to.'),
  secret: z
    .string({ error: 'expected text; put it in quotes' })
    .min(1)
    .describe('Signing key, as specified by Standard Webhooks.')
    .optional(),
  format: z
    .enum(['json', 'slack'])
    .describe('slack: text for Slack and Mattermost.')
    .prefault('json'),
  events: z
    .array(z.enum(NOTICE_EVENTS))
    .min(1)
    .describe('Events to send.')
    .prefault([...NOTICE_EVENTS]),
});

export const webhooksSection = z
  .array(webhook)
  .superRefine((webhooks, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of webhooks.entries()) {
      if (names.has(name))
        context.addIssue({
          code: 'custom',
          message: `duplicate webhook name ${JSON.stringify(name)}`,
          path: [index, 'name'],
        });
      names.add(name);
    }
  })
  .describe('Notifications of refusals, exposed downloads, policy edits and waivers.')
  .prefault([]);
