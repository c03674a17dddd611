/** What a rule can ask beside a file's name, its digests, the time and the policy. */
export type Need =
  /** What the project page says of the file. */
  | 'page'
  /** What an inspection of its bytes found. */
  | 'bytes'
  /** The malware feed. */
  | 'feed'
  /** Who attests the project's files. */
  | 'attestations'
  /** Which names are in use here. */
  | 'names';

interface RuleEntry {
  /** What it must know: where that is not at hand, nobody can tell what it would say. */
  readonly needs: readonly Need[];
  /** What it heeds where it is at hand, and does without elsewhere. */
  readonly uses?: readonly Need[];
  /** Whether it says that a release is bad; the others say what a team does not want. */
  readonly accuses: boolean;
  /** Whether a policy sets it. The others always refuse, and nothing waives them. */
  readonly settable: boolean;
}

/**
 * Every rule that can speak, in the order in which the strongest is named as the reason. Who asks what kind of rule one
 * is asks here. A rule is its row in this table, its file in `policy/rules/` and its line in the list there
 * (`index.ts`); CONTRIBUTING.md lists what else a new one takes, and tests ask for nearly all of it.
 */
const TABLE = {
  integrity: { needs: ['page'], accuses: false, settable: false },
  deny: { needs: [], uses: ['bytes'], accuses: true, settable: true },
  'malware-feed': { needs: ['feed'], accuses: true, settable: true },
  'startup-hook': { needs: ['bytes'], accuses: false, settable: true },
  archive: { needs: ['bytes'], accuses: false, settable: true },
  record: { needs: ['bytes'], accuses: false, settable: true },
  metadata: { needs: ['bytes'], uses: ['page'], accuses: false, settable: true },
  attestation: { needs: ['page', 'attestations'], accuses: false, settable: true },
  allow: { needs: [], accuses: false, settable: true },
  status: { needs: ['page'], accuses: false, settable: true },
  sdist: { needs: ['page'], accuses: false, settable: true },
  yanked: { needs: ['page'], accuses: false, settable: true },
  cooldown: { needs: ['page'], uses: ['feed'], accuses: false, settable: true },
  'new-project': { needs: ['page'], uses: ['names'], accuses: false, settable: true },
  'late-file': { needs: ['page'], accuses: false, settable: true },
} as const satisfies Record<string, RuleEntry>;

type Table = typeof TABLE;

export type RuleId = keyof Table;

/** The rules that a policy sets. */
export type SettableRule = {
  [Id in RuleId]: Table[Id]['settable'] extends true ? Id : never;
}[RuleId];

/** The rules that judge findings; each finding belongs to one. */
export type FindingRule = {
  [Id in RuleId]: 'bytes' extends Table[Id]['needs'][number] ? Id : never;
}[RuleId];

/** The strongest first. */
export const RULES = Object.keys(TABLE) as readonly RuleId[];

export const SETTABLE_RULES = RULES.filter(isSettable);

/** The rules by which somebody says that a release is bad: clients that were given it were exposed. */
export const ACCUSING: ReadonlySet<RuleId> = new Set(RULES.filter((id) => TABLE[id].accuses));

/** The rules that speak of what is in a file: as what they must know, or as one thing beside others. */
export const ON_CONTENT: ReadonlySet<RuleId> = new Set(
  RULES.filter((id) => needsOf(id).includes('bytes') || usesOf(id).includes('bytes')),
);

export function isSettable(id: RuleId): id is SettableRule {
  return TABLE[id].settable;
}

/**
 * What a rule must know.
 * @param id of a record or an answer: another version may have had rules that are not known here
 */
export function needsOf(id: string | undefined): readonly Need[] {
  return id !== undefined && Object.hasOwn(TABLE, id) ? TABLE[id as RuleId].needs : [];
}

/** What a rule heeds beside that. */
export function usesOf(id: RuleId): readonly Need[] {
  const { uses = [] }: RuleEntry = TABLE[id];
  return uses;
}
