import type { DecisionLog } from '../../../src/decisions/log.js';
import { matches } from '../../../src/decisions/query.js';
import type {
  DecisionQuery,
  DecisionReader,
  DecisionSearch,
} from '../../../src/decisions/reader.js';
import {
  type DecisionRecord,
  type ExposedRecord,
  readRecord,
  writeRecord,
} from '../../../src/decisions/record.js';
import { catches } from '../../support/contract.js';
import { DECISIONS, type DecisionsSubject } from './log.js';

/** Lines in memory, written and searched. */
class Lines implements DecisionLog, DecisionReader {
  lines: string[];

  constructor(lines: string[]) {
    this.lines = lines;
  }

  async append(record: DecisionRecord | ExposedRecord): Promise<void> {
    this.lines.push(this.write(record));
  }

  write(record: DecisionRecord | ExposedRecord): string {
    return writeRecord(record);
  }

  read(line: string): DecisionRecord | undefined {
    const record = readRecord(line);
    return record === 'event' ? undefined : record;
  }

  async search(query: DecisionQuery): Promise<DecisionSearch> {
    const records = this.lines
      .map((line) => this.read(line))
      .filter((record) => record !== undefined);
    const those = records.filter((record) => this.matches(record, query));
    return {
      files: 1,
      gaps: [],
      reachesBackTo: undefined,
      async *records() {
        yield* those;
      },
      close: async () => {},
    };
  }

  matches(record: DecisionRecord, query: DecisionQuery): boolean {
    return matches(record, query);
  }

  async close(): Promise<void> {}
}

const of = (Log: typeof Lines) => (): DecisionsSubject => {
  const lines: string[] = [];
  return { log: new Log(lines), reader: new Log(lines), again: () => new Log(lines) };
};

catches('decision logs', DECISIONS, of(Lines), {
  'writes later': of(
    class extends Lines {
      override async append(record: DecisionRecord | ExposedRecord): Promise<void> {
        setImmediate(() => this.lines.push(this.write(record)));
      }
    },
  ),
  'writes in any order': of(
    class extends Lines {
      override async append(record: DecisionRecord | ExposedRecord): Promise<void> {
        this.lines.unshift(this.write(record));
      }
    },
  ),
  'does not bound what a client says': of(
    class extends Lines {
      override write(record: DecisionRecord | ExposedRecord): string {
        return JSON.stringify(record);
      }
    },
  ),
  'takes what is told for decisions': of(
    class extends Lines {
      override read(line: string): DecisionRecord {
        return JSON.parse(line) as DecisionRecord;
      }
    },
  ),
  'answers with all': of(
    class extends Lines {
      override matches(): boolean {
        return true;
      }
    },
  ),
  'knows names in one spelling only': of(
    class extends Lines {
      override matches(record: DecisionRecord, query: DecisionQuery): boolean {
        const { project = record.project } = query;
        return project === record.project && super.matches(record, query);
      }
    },
  ),
  'is read once': of(
    class extends Lines {
      override async search(query: DecisionQuery): Promise<DecisionSearch> {
        const search = await super.search(query);
        const end = () => this.lines.splice(0);
        return {
          ...search,
          async *records() {
            yield* search.records();
            end();
          },
          close: async () => void end(),
        };
      }
    },
  ),
  'begins anew': of(
    class extends Lines {
      override async close(): Promise<void> {
        this.lines.splice(0);
      }
    },
  ),
});
