import { loadConfig } from '../config/load.js';
import { createWebhookSender, newMessageId } from '../notify/webhook.js';
import { webhookBody } from '../notify/webhook-body.js';
import { createNetwork } from '../runtime/network.js';
import { EXIT, type Output, UsageError } from './output.js';

export interface NotifyOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `wheelgate notify test`: sends one message to each webhook, once. Exit code 1 if a webhook rejects it. */
export async function runNotifyTest(options: NotifyOptions, out: Output): Promise<number> {
  const { webhooks } = loadConfig({
    file: options.config,
    env: process.env,
    uses: ['webhooks'],
  });
  if (webhooks.length === 0)
    throw new UsageError('no webhooks are configured; see docs/configuration.md');
  const network = createNetwork(process.env);
  const send = createWebhookSender(network.dispatcher, Date.now);
  try {
    const results = await Promise.all(
      webhooks.map(async (webhook) => {
        const message = { event: 'test', time: new Date().toISOString() } as const;
        const result = await send(webhook, newMessageId(), webhookBody(message, webhook.format));
        const why = result.delivered ? undefined : result.why;
        return { webhook: webhook.name, delivered: result.delivered, why };
      }),
    );
    if (options.json === true) out.json({ webhooks: results }, 0);
    else
      for (const { webhook, delivered, why } of results)
        out.line(`${webhook}: ${delivered ? 'delivered' : `not delivered: ${why}`}`);
    return results.every(({ delivered }) => delivered) ? EXIT.fine : EXIT.refused;
  } finally {
    await network.close();
  }
}
