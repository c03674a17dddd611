import type { Config } from '../config/config.js';
import type { DecisionLog } from '../decisions/log.js';
import type { DecisionRecord } from '../decisions/record.js';
import { parseSha256 } from '../domain/digest.js';
import { parseProjectName } from '../domain/project-name.js';
import { shortLink } from '../domain/short-id.js';
import type { Fleet } from '../fleet/fleet.js';
import { Deliveries } from '../notify/deliveries.js';
import { Notifier } from '../notify/notifier.js';
import { Outbox } from '../notify/outbox.js';
import { loadTold, saveTold } from '../notify/told.js';
import { createWebhookSender } from '../notify/webhook.js';
import { backgroundTimers } from '../runtime/timers.js';
import { formatProblem } from '../yaml/problem.js';
import { dataFolder } from './data-folder.js';
import type { KeptMachine } from './machine.js';
import type { Process } from './process.js';

/**
 * Notifies the configured webhooks, for the whole machine: only the process that owns its parts does.
 * @returns the fleet whose decisions are noted before they are logged
 */
export async function notifying(
  config: Config,
  { now, log, metrics, health, network, closing }: Process,
  { policies, troubles }: KeptMachine,
  fleet: Fleet,
): Promise<Fleet> {
  const { webhooks } = config;
  if (webhooks.length === 0) return fleet;
  const timers = { ...backgroundTimers, now };
  const { told, outbox } = dataFolder(config.data);
  const failing = new Map<string, string>();
  const deliveries = new Deliveries({
    webhooks,
    outbox: new Outbox(outbox),
    send: createWebhookSender(network.dispatcher, now),
    timers,
    random: Math.random,
    onResult: (webhook, result, why) => {
      metrics.webhookDeliveries.inc({ result });
      if (result === 'failed')
        log.warn({ webhook, why }, 'a message could not be delivered; retrying');
      if (result === 'dropped') log.error({ webhook, why }, 'an undelivered message was dropped');
    },
    onState: (webhook, why) => {
      if (why === undefined) failing.delete(webhook);
      else failing.set(webhook, `${webhook} does not accept messages: ${why}`);
      const details = [...failing.values()];
      if (details.length === 0) health.set('webhooks', 'ok');
      else health.set('webhooks', 'degraded', details.join('; '));
    },
    onNotKept: (err) =>
      log.warn({ err }, 'a message could not be stored and will be lost at a restart'),
  });
  const notifier = new Notifier({
    deliveries,
    timers,
    told: await loadTold(told, (path, why) => troubles.unreadable(path, why)),
    save: (state) => saveTold(told, state),
    onError: (err) => log.warn({ err }, 'the webhook state could not be stored'),
    waivers: () => policies.meaning.waivers,
    revision: () => policies.current.revision,
    linkTo: linksOf(config),
  });
  metrics.onCollect(() => metrics.webhookWaiting.set(deliveries.waiting));
  policies.onReading((problems) => {
    if (problems.length > 0) notifier.noteProblems(problems.map(formatProblem));
    else notifier.notePolicy();
  });
  closing.add(async () => {
    await notifier.close();
    await deliveries.close();
  });
  notifier.start();
  return { ...fleet, decisions: noting(fleet.decisions, notifier) };
}

/** The target of the refusal's own link: the page of the file, even for a request for its sidecar. */
function linksOf({ publicUrl, dashboard }: Config): (record: DecisionRecord) => string | undefined {
  if (publicUrl === undefined || !dashboard.enabled) return () => undefined;
  return (record) => {
    const project = parseProjectName(record.project);
    const sha256 = record.sha256 === undefined ? undefined : parseSha256(record.sha256);
    const filename = record.filename.replace(/\.metadata$/, '');
    // A record about a release, such as an OSV response, has no file to link to.
    if (project === undefined || filename === '') return undefined;
    return shortLink(publicUrl, { project, filename, sha256 });
  };
}

/** Notes every record, whether or not writing it succeeds. */
function noting(log: DecisionLog, notifier: Notifier): DecisionLog {
  return {
    append: (record) => {
      notifier.noteRecord(record);
      return log.append(record);
    },
    close: () => log.close(),
  };
}
