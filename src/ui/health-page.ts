import type { ReplicaNote } from '../dashboard/replica-note.js';
import { html } from './html.js';
import type { Page } from './layout.js';
import { shown, table, time } from './parts.js';
import { replicasTable } from './replicas-table.js';

/** The state of the server, as in /readyz. */
export interface ShownHealth {
  readonly version: string;
  /** The policy revision. */
  readonly policy: string;
  readonly status: string;
  readonly parts: Readonly<Record<string, { readonly state: string; readonly detail?: string }>>;
  readonly replicas?: readonly ReplicaNote[];
  readonly replicasAsOf?: string;
}

const SAID: Readonly<Record<string, { readonly word: string; readonly level: string }>> = {
  ok: { word: '✔ ok', level: 'allow' },
  degraded: { word: '▲ degraded', level: 'warn' },
  failed: { word: '✖ failed', level: 'block' },
};

/** The state of each part of the server. */
export function healthPage({
  version,
  policy,
  status,
  parts,
  replicas,
  replicasAsOf,
}: ShownHealth): Page {
  const state = (name: string) => {
    const { word, level } = SAID[name] ?? { word: name, level: 'warn' };
    return html`<strong class="word ${level}">${word}</strong>`;
  };
  const rows = Object.entries(parts).map(
    ([part, { state: how, detail = '' }]) =>
      html`<tr><th scope="row">${part}</th><td>${state(how)}</td><td>${shown(detail)}</td></tr>`,
  );
  return {
    title: 'Health',
    place: 'health',
    main: html`<h1>Health</h1>
<p>Wheelgate ${version} is ${state(status)}. Policy revision: <code>${policy}</code>.</p>
${table('State of each part', ['Part', 'State', 'Details'], rows)}
${
  replicas !== undefined &&
  html`<h2 id="replicas">Replicas</h2>
${
  replicasAsOf !== undefined &&
  html`<p class="word warn"><strong>▲ Redis has not responded since ${time(replicasAsOf)}</strong>: the state of the other replicas is from that time. Some may have stopped since, and others may have started.</p>`
}
${replicasTable(replicas)}`
}`,
  };
}
