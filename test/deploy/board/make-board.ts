import type { Panel } from './panel.js';
import { ROWS } from './rows.js';

export const BOARD_FILE = 'deploy/grafana/wheelgate.json';

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** Columns of Grafana's grid. */
const COLUMNS = 24;

/** A variable whose values are those of a label among our servers. */
function labelVariable(name: string, label: string, where: string): object {
  const query = `label_values(wheelgate_start_time_seconds${where}, ${label})`;
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

/** The board as Grafana imports it: plain data. */
export function makeBoard(): object {
  return {
    title: 'Wheelgate',
    uid: 'wheelgate',
    description: 'What Wheelgate refuses, what clients see of it, and how its servers are.',
    tags: ['wheelgate', 'security'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        { name: 'datasource', label: 'data source', type: 'datasource', query: 'prometheus' },
        labelVariable('job', 'job', ''),
        labelVariable('instance', 'instance', '{job=~"$job"}'),
      ],
    },
    annotations: { list: [] },
    panels: laidOut(),
  };
}

/** Gives each panel its id and its place: row by row, from the left, next line where one is full. */
function laidOut(): object[] {
  const panels: object[] = [];
  let [y, id] = [0, 0];
  for (const row of ROWS) {
    id += 1;
    panels.push({
      id,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: place(0, y, COLUMNS, 1),
      panels: [],
    });
    y += 1;
    let [x, height] = [0, 0];
    for (const panel of row.panels) {
      if (x + panel.width > COLUMNS) [x, y, height] = [0, y + height, 0];
      id += 1;
      panels.push(drawn(panel, id, place(x, y, panel.width, panel.height)));
      x += panel.width;
      height = Math.max(height, panel.height);
    }
    y += height;
  }
  return panels;
}

function place(x: number, y: number, w: number, h: number): object {
  return { x, y, w, h };
}

function drawn(panel: Panel, id: number, gridPos: object): object {
  const { type, title, description, unit, queries, options, custom, extra } = panel;
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource: DATASOURCE,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
    })),
    fieldConfig: { defaults: { unit, custom, ...extra }, overrides: [] },
    options,
  };
}
