import { parseSha256 } from '../domain/digest.js';
import type { Excerpt, Finding, Inspection } from '../domain/finding.js';
import { isStartPlaces } from '../domain/start-places.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';

/** Checks the structure of a record; undefined if it is not a complete record of this inspector. */
export function readInspection(text: string): Inspection | undefined {
  let value: Partial<Inspection> | null;
  try {
    value = JSON.parse(text) as Partial<Inspection> | null;
  } catch {
    return undefined;
  }
  const whole =
    typeof value === 'object' &&
    value !== null &&
    value.inspector === INSPECTOR_VERSION &&
    parseSha256(value.sha256) !== undefined &&
    typeof value.filename === 'string' &&
    typeof value.memberDigests === 'string' &&
    (value.modules === undefined || isNames(value.modules)) &&
    (value.startPlaces === undefined || isStartPlaces(value.startPlaces)) &&
    Array.isArray(value.findings) &&
    value.findings.every(isFinding);
  return whole ? (value as Inspection) : undefined;
}

function isFinding(value: Partial<Finding> | null): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.code === 'string' &&
    typeof value.rule === 'string' &&
    typeof value.detail === 'string' &&
    (value.excerpt === undefined || isExcerpt(value.excerpt))
  );
}

function isExcerpt(value: Partial<Excerpt> | null): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.base64 === 'string' &&
    [value.offset, value.line, value.lineLength].every(Number.isSafeInteger) &&
    typeof value.truncated === 'boolean' &&
    ['string', 'undefined'].includes(typeof value.tail)
  );
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
