import type { Inspection } from '../../domain/finding.js';
import type { FillNews } from '../../fleet/leases.js';

/** What an inspection depends on beside the bytes: who goes by others looks for himself. */
export interface InspectedBy {
  readonly inspector: number;
  /** See `settingsName`. */
  readonly settings: string;
}

/** What one replica tells another of a fill. */
export type ToldNews =
  /** Nothing new: it is there. */
  | { readonly kind: 'here' }
  /** Bytes follow, from that one on. */
  | {
      readonly kind: 'begun';
      readonly from: number;
      readonly total: number | undefined;
      readonly transfer: string;
      readonly etag: string | undefined;
    }
  | (Extract<FillNews, { kind: 'complete' }> & { readonly by: InspectedBy })
  | Extract<FillNews, { kind: 'failed' }>;

/** An inspection that this replica would have made, of what another has found. */
export function acceptable(
  inspection: Inspection | undefined,
  by: InspectedBy,
  own: InspectedBy,
): Inspection | undefined {
  const isOurs = by.settings === own.settings && inspection?.inspector === own.inspector;
  // What broke off there need not do so here.
  return isOurs && inspection.countsUntil === undefined ? inspection : undefined;
}
