import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { LONGEST_DOUBT } from '../../domain/attestation.js';
import { isPassing } from '../../domain/finding-codes.js';
import type { SeenBytes } from '../../domain/integrity.js';
import { isProbe } from '../../domain/probe.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Learnt } from '../../fleet/news.js';
import { readAttestation, writeAttestation } from '../../store/attestation-record.js';
import { readInspection } from '../../store/inspection-record.js';
import { readSeen, writeSeen } from '../../store/seen-record.js';
import type { Seal } from '../seal.js';
import type { ProjectKeys } from './project-keys.js';

/** Maximum length of a shared record, in bytes, sealed: each replica determines a longer one itself. */
export const MAX_RECORD = 256 * 1024;
/** Longer ones are compressed, in bytes. */
const LONG = 4 * 1024;
/** Maximum decompressed length of a record, in bytes. */
const MAX_UNPACKED = 4 * 1024 * 1024;

const PLAIN = 0;
const PACKED = 1;

const pack = promisify(brotliCompress);
const unpack = promisify(brotliDecompress);

/** A record as stored in Redis. */
export interface FactRecord {
  readonly key: string;
  readonly field: string;
  /** Sealed. */
  readonly value: Buffer;
}

/** A record that may be shared. */
export type SharedFact = Exclude<Learnt, { kind: 'page' | 'missed' }>;

/** Encodes and decodes facts about a project's files for other replicas: sealed under their name. */
export class FactRecords {
  readonly #keys: ProjectKeys;
  readonly #seal: Seal;
  readonly #now: () => number;

  constructor(keys: ProjectKeys, seal: Seal, now: () => number) {
    this.#keys = keys;
    this.#seal = seal;
    this.#now = now;
  }

  /** @returns undefined if it is too long, or of no use to others */
  async write(learnt: SharedFact): Promise<FactRecord | undefined> {
    if (learnt.kind === 'attestation' && learnt.record.attestation.kind === 'unreachable')
      return undefined;
    const { key, field } = this.#nameOf(learnt);
    const text = Buffer.from(textOf(learnt));
    const value =
      text.length > LONG
        ? Buffer.concat([Buffer.from([PACKED]), await pack(text, QUICK)])
        : Buffer.concat([Buffer.from([PLAIN]), text]);
    const sealed = this.#seal.seal([key, field], value);
    return sealed.length > MAX_RECORD ? undefined : { key, field, value: sealed };
  }

  /** @returns undefined if no replica with our secret has signed it */
  async read(project: ProjectName, { key, field, value }: FactRecord): Promise<Learnt | undefined> {
    const opened = this.#seal.open([key, field], value);
    const text = opened && (await textIn(opened));
    const learnt = text === undefined ? undefined : this.#parse(project, key, field, text);
    if (learnt === undefined) return undefined;
    const name = this.#nameOf(learnt);
    return name.key === key && name.field === field ? learnt : undefined;
  }

  #nameOf(learnt: SharedFact): { key: string; field: string } {
    const { project } = learnt;
    if (learnt.kind === 'findings') {
      const { sha256, filename } = learnt.inspection;
      return { key: this.#keys.findings(project), field: `${sha256} ${filename}` };
    }
    if (learnt.kind === 'probe') {
      const { sha256, filename } = learnt.inspection;
      return { key: this.#keys.probes(project), field: `${sha256} ${filename}` };
    }
    if (learnt.kind === 'attestation') {
      const { sha256, filename } = learnt.record;
      return { key: this.#keys.facts(project), field: `attested ${sha256} ${filename}` };
    }
    const field = `${this.#keys.tagOf(learnt.upstream)} ${learnt.seen.filename}`;
    return learnt.what === 'pins'
      ? { key: this.#keys.pins(project), field }
      : { key: this.#keys.facts(project), field: `digest ${field}` };
  }

  #parse(project: ProjectName, key: string, field: string, text: string): SharedFact | undefined {
    if (key === this.#keys.findings(project)) {
      const inspection = readInspection(text);
      return inspection &&
        !isProbe(inspection) &&
        !isPassing(inspection) &&
        inspection.countsUntil === undefined
        ? { kind: 'findings', project, inspection }
        : undefined;
    }
    if (key === this.#keys.probes(project)) {
      const inspection = readInspection(text);
      return isProbe(inspection) ? { kind: 'probe', project, inspection } : undefined;
    }
    const [first, second] = field.split(' ', 2) as [string, string | undefined];
    if (key === this.#keys.facts(project) && first === 'attested') {
      const record = readAttestation(text);
      // A time far ahead, from a wrong clock, would be trusted for too long.
      const isNear =
        record?.askAgainAt === Infinity ||
        (record !== undefined && record.askAgainAt <= this.#now() + LONGEST_DOUBT);
      return record && isNear ? { kind: 'attestation', project, record } : undefined;
    }
    const what = key === this.#keys.pins(project) ? 'pins' : 'facts';
    const tag = what === 'pins' ? first : (second ?? '');
    const upstream = this.#keys.upstreamOf(tag);
    const prefix = what === 'pins' ? `${tag} ` : `${first} ${tag} `;
    const seen = readSeen(text, field.slice(prefix.length));
    return upstream === undefined || seen === 'unreadable'
      ? undefined
      : { kind: 'bytes', what, upstream, project, seen };
  }
}

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } };

function textOf(learnt: SharedFact): string {
  if (learnt.kind === 'findings' || learnt.kind === 'probe')
    return JSON.stringify(learnt.inspection);
  if (learnt.kind === 'attestation') return writeAttestation(learnt.record);
  // An index's present digest is not shared.
  const { other: _, ...seen }: SeenBytes = learnt.seen;
  return writeSeen(seen);
}

async function textIn(value: Buffer): Promise<string | undefined> {
  const content = value.subarray(1);
  if (value[0] === PLAIN) return content.toString('utf8');
  if (value[0] !== PACKED) return undefined;
  try {
    return (await unpack(content, { maxOutputLength: MAX_UNPACKED })).toString('utf8');
  } catch {
    return undefined;
  }
}
