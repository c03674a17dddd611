/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** Of a series in the legend: `{{rule}}`. */
  readonly legend: string;
}

/** What all panels say of themselves. */
export interface PanelSettings {
  readonly title: string;
  /** A sentence for whoever looks at it at night. */
  readonly description: string;
  /** Grafana's name of a unit: `s`, `bytes`, `percentunit`, `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
}

/** A panel without its id and place, which the board gives it. */
export interface Panel extends PanelSettings {
  readonly type: 'timeseries' | 'stat' | 'state-timeline';
  readonly options: object;
  /** Of a field: how it is drawn. */
  readonly custom: object;
  readonly extra?: object;
  /** In units of the grid. */
  readonly height: number;
}

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true };
const TOOLTIP = { mode: 'multi', sort: 'desc' };

/** Values over time, as lines. */
export function lines(settings: PanelSettings): Panel {
  return {
    ...settings,
    type: 'timeseries',
    options: { legend: LEGEND, tooltip: TOOLTIP },
    custom: { drawStyle: 'line', lineWidth: 1, fillOpacity: 0, showPoints: 'never' },
    height: 8,
  };
}

/** What was counted in each span of time, one kind upon the other. */
export function bars(settings: PanelSettings): Panel {
  return {
    ...settings,
    type: 'timeseries',
    options: { legend: LEGEND, tooltip: TOOLTIP },
    custom: {
      drawStyle: 'bars',
      fillOpacity: 80,
      lineWidth: 1,
      showPoints: 'never',
      stacking: { mode: 'normal', group: 'A' },
    },
    extra: { min: 0 },
    height: 8,
  };
}

/** One number. @param thresholds from which value on it has which colour; the first has no bound */
export function number(
  settings: PanelSettings,
  thresholds: readonly (readonly [number | null, string])[] = [[null, 'text']],
): Panel {
  return {
    ...settings,
    type: 'stat',
    options: {
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: 'auto',
    },
    custom: {},
    extra: {
      thresholds: {
        mode: 'absolute',
        steps: thresholds.map(([value, color]) => ({ value, color })),
      },
      noValue: '0',
    },
    height: 4,
  };
}

/** Which of several holds when. @param words what a value is called, with its colour */
export function states(
  settings: PanelSettings,
  words: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): Panel {
  return {
    ...settings,
    type: 'state-timeline',
    options: {
      legend: { ...LEGEND, showLegend: false },
      mergeValues: true,
      showValue: 'never',
      tooltip: TOOLTIP,
    },
    custom: { fillOpacity: 80, lineWidth: 0 },
    extra: { mappings: [{ type: 'value', options: words }] },
    height: 6,
  };
}
