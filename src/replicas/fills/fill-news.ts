import type { Inspection } from '../../domain/finding.js';
import type { FillNews } from '../../fleet/leases.js';

/** The conditions of an inspection apart from the bytes: a replica with other ones inspects the file itself. */
export interface InspectedBy {
  readonly inspector: number;
  /** See `settingsName`. */
  readonly settings: string;
}

/** A message about a fill from one replica to another. */
export type ToldNews =
  /** A sign of life without news. */
  | { readonly kind: 'here' }
  /** Bytes from this offset follow. */
  | {
      readonly kind: 'begun';
      readonly from: number;
      readonly total: number | undefined;
      readonly transfer: string;
      readonly etag: string | undefined;
    }
  | (Extract<FillNews, { kind: 'complete' }> & { readonly by: InspectedBy })
  | Extract<FillNews, { kind: 'failed' }>;

/** Another replica's inspection, if it equals the one that this replica would make. */
export function acceptable(
  inspection: Inspection | undefined,
  by: InspectedBy,
  own: InspectedBy,
): Inspection | undefined {
  const isOurs = by.settings === own.settings && inspection?.inspector === own.inspector;
  // An inspection that failed there may succeed here.
  return isOurs && inspection.countsUntil === undefined ? inspection : undefined;
}
