import { z } from 'zod';
import { NOTICE_EVENTS } from '../../domain/notice-events.js';

/** Often with a query, and often a secret as a whole: no message repeats it. */
const webhookUrl = () =>
  z.string().superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      context.addIssue('expected a URL such as https://chat.example.com/hooks/builds');
    else if (url.username || url.password)
      context.addIssue('credentials do not belong in a URL; "secret" signs what is sent');
  });

const webhook = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'expected a short name of letters, digits, ., _ and -')
    .describe('How the log and /readyz call it.'),
  url: webhookUrl().describe('Where messages are posted.'),
  secret: z
    .string({ error: 'expected text; put it in quotes' })
    .min(1)
    .describe('What messages are signed with, as Standard Webhooks says.')
    .optional(),
  format: z
    .enum(['json', 'slack'])
    .describe('slack: a text, as Slack and Mattermost take it.')
    .prefault('json'),
  events: z
    .array(z.enum(NOTICE_EVENTS))
    .min(1)
    .describe('What it is told of.')
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
          message: `a second webhook named ${JSON.stringify(name)}`,
          path: [index, 'name'],
        });
      names.add(name);
    }
  })
  .describe('Who is told of refusals, of what turned out bad, of policy edits and waivers.')
  .prefault([]);
