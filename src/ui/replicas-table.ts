import type { ReplicaNote } from '../dashboard/replica-note.js';
import { type Html, html } from './html.js';
import { shown, table, time } from './parts.js';

const STATES: Readonly<
  Record<ReplicaNote['state'], { readonly word: string; readonly level: string }>
> = {
  self: { word: '✔ this one', level: 'allow' },
  present: { word: '✔ there', level: 'allow' },
  silent: { word: '▲ silent', level: 'warn' },
  'last-known': { word: '▲ last known', level: 'warn' },
};

/** All replicas that serve the same cache, with their state. */
export function replicasTable(replicas: readonly ReplicaNote[]): Html {
  const own = replicas.find(({ state }) => state === 'self');
  const differs = (key: 'revision' | 'version' | 'inspector', one: ReplicaNote) =>
    own !== undefined && one[key] !== own[key] && html` <span class="word warn">▲ another</span>`;
  const rows = replicas.map((one) => {
    const { name, state, revision, version, inspector, started, at } = one;
    const { word, level } = STATES[state];
    return html`<tr><th scope="row">${shown(name)}</th><td><strong class="word ${level}">${word}</strong></td><td><code>${shown(revision)}</code>${differs('revision', one)}</td><td>${shown(version)}${differs('version', one)}</td><td class="number">${String(inspector)}${differs('inspector', one)}</td><td>${time(started)}</td><td>${time(at)}</td></tr>`;
  });
  return table(
    'Replicas that share this cache',
    ['Replica', 'State', 'Policy', 'Version', { number: 'Inspector' }, 'Since', 'Last seen'],
    rows,
  );
}
