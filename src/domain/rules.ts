/** The facts that a rule can use in addition to a file's name, its digests, the time and the policy. */
export type Need =
  /** The file's entry on the project page. */
  | 'page'
  /** The findings of an inspection. */
  | 'bytes'
  /** The malware feed. */
  | 'feed'
  /** Who attests the project's files. */
  | 'attestations'
  /** Which names are in use here. */
  | 'names';

interface RuleEntry {
  /** Required facts: without them, the rule's answer is unknown. */
  readonly needs: readonly Need[];
  /** Optional facts, used if they are available. */
  readonly uses?: readonly Need[];
  /** Whether it marks a release as bad; the other rules express a team's preferences. */
  readonly accuses: boolean;
  /** Whether a policy sets it. The others always refuse, and nothing waives them. */
  readonly settable: boolean;
}

/**
 * Every rule, in order of precedence as the reason. All questions about the kind of a rule are answered here. A rule is
 * its row in this table, its file in `policy/rules/` and its line in the list there (`index.ts`); CONTRIBUTING.md lists
 * the other parts of a new one, and tests check nearly all of them.
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

/** The rules that mark a release as bad: clients that received it were exposed. */
export const ACCUSING: ReadonlySet<RuleId> = new Set(RULES.filter((id) => TABLE[id].accuses));

/** The rules about the contents of a file, as a required or an optional fact. */
export const ON_CONTENT: ReadonlySet<RuleId> = new Set(
  RULES.filter((id) => needsOf(id).includes('bytes') || usesOf(id).includes('bytes')),
);

export function isSettable(id: RuleId): id is SettableRule {
  return TABLE[id].settable;
}

/**
 * The required facts of a rule.
 * @param id of a record or an answer: other versions may have rules that are unknown here
 */
export function needsOf(id: string | undefined): readonly Need[] {
  return id !== undefined && Object.hasOwn(TABLE, id) ? TABLE[id as RuleId].needs : [];
}

/** The optional facts of a rule. */
export function usesOf(id: RuleId): readonly Need[] {
  const { uses = [] }: RuleEntry = TABLE[id];
  return uses;
}
