import type { Config } from '../config/config.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Fleet } from '../fleet/fleet.js';
import { createProbeReader } from '../inspection/probe/probe-in-thread.js';
import { PageProber } from '../probes/page-prober.js';
import { probeRecord } from '../probes/probe-record.js';
import { type ProbeEvent, Prober } from '../probes/prober.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { Judge } from '../verdicts/judge.js';
import type { Process } from './process.js';

export interface Probes {
  readonly pages: PageProber;
  readonly prober: Prober;
}

export interface ProbeListeners {
  /** Called for a probe result that arrived after the page was sent. */
  onLate(project: ProjectName): void;
  /** Called if a probe could not read every possible startup hook: the file needs a full inspection. */
  onDoubt(listed: ListedFile): void;
}

/** @returns undefined if probing is disabled */
export function createProbes(
  config: Config,
  process: Process,
  { stores, shortLeases, decisions }: Pick<Fleet, 'stores' | 'shortLeases' | 'decisions'>,
  judge: Judge,
  { onLate, onDoubt }: ProbeListeners,
): Probes | undefined {
  if (config.probe.action === 'off') return undefined;
  const { now, metrics, log, closing } = process;
  const reader = createProbeReader(config.inspection.limits);
  const record = async ({ subject }: ListedFile) => {
    const verdict = (await judge.ofPage(subject)).of(subject);
    const said = probeRecord(subject, verdict, now());
    if (said !== undefined) await decisions.append(said);
  };
  const onEvent = (event: ProbeEvent) => {
    const { kind } = event;
    if (kind === 'read') return metrics.probeBytes.inc(event.bytes);
    if (kind === 'doubtful') return onDoubt(event.listed);
    if (kind === 'not-kept')
      return log.warn({ err: event.error }, 'the result of a probe could not be stored');
    if (kind === 'seen')
      return void record(event.listed).catch((err: unknown) =>
        log.warn({ err }, 'the decision on a probed file could not be recorded'),
      );
    const { filename } = event.listed.subject;
    metrics.probes.inc({ result: event.result });
    return log.debug({ filename, result: event.result }, 'probed');
  };
  const prober = new Prober({ store: stores.probes, reader, leases: shortLeases, now, onEvent });
  closing.add(async () => {
    await prober.close();
    await reader.close();
  });
  const { wait, files, age } = config.probe;
  return { prober, pages: new PageProber({ wait, files, age }, { prober, judge, now, onLate }) };
}
