import type { DecisionLog } from '../../../src/decisions/log.js';
import { matches } from '../../../src/decisions/query.js';
import type {
  DecisionQuery,
  DecisionReader,
  DecisionSearch,
} from '../../../src/decisions/reader.js';
import {
  type DecisionRecord,
  isOfRequest,
  type LogRecord,
  type RequestRecord,
  readLogRecord,
  writeRecord,
} from '../../../src/decisions/record.js';
import { catches } from '../../support/contract.js';
import { DECISIONS, type DecisionsSubject } from './decisions.js';

/** A log in memory. */
class ListedDecisions implements DecisionLog, DecisionReader {
  records: RequestRecord[] = [];

  async append(record: LogRecord): Promise<void> {
    const read = readLogRecord(writeRecord(record));
    if (read !== undefined && isOfRequest(read)) this.records.push(read);
  }

  async close(): Promise<void> {}

  matching(query: DecisionQuery): RequestRecord[] {
    return this.records.filter((one) => matches(one, query));
  }

  async search(query: DecisionQuery): Promise<DecisionSearch> {
    const matching = this.matching(query);
    return {
      files: 1,
      async *records(onEvent) {
        for (const one of matching)
          if ('event' in one) onEvent?.(one);
          else yield one;
      },
      gaps: [],
      reachesBackTo: this.records[0]?.time,
      async close() {},
    };
  }
}

const of = (Log: typeof ListedDecisions) => (): DecisionsSubject => {
  const log = new Log();
  return { log, reader: log, again: () => log };
};

/** Answers another question than it was asked. */
const asking = (other: (query: DecisionQuery) => DecisionQuery) =>
  of(
    class extends ListedDecisions {
      override matching(query: DecisionQuery): RequestRecord[] {
        return super.matching(other(query));
      }
    },
  );

/** Writes other records than it was given. */
const writing = (other: (record: DecisionRecord) => DecisionRecord[]) =>
  of(
    class extends ListedDecisions {
      override async append(record: LogRecord): Promise<void> {
        if (!('event' in record)) this.records.push(...other(record));
      }
    },
  );

catches('decisions', DECISIONS, of(ListedDecisions), {
  'loses what comes at once': of(
    class extends ListedDecisions {
      override async append(record: LogRecord): Promise<void> {
        const before = this.records;
        await new Promise(setImmediate);
        if (!('event' in record)) this.records = [...before, record];
      }
    },
  ),
  'writes twice': writing((record) => [record, record]),
  'keeps the newest first': of(
    class extends ListedDecisions {
      override matching(query: DecisionQuery): RequestRecord[] {
        return super.matching(query).toReversed();
      }
    },
  ),
  'leaves out what a page said': writing(({ page: _, ...record }) => [record]),
  'finds any project': asking(({ project: _, ...query }) => query),
  'finds any version': asking(({ versions: _, ...query }) => query),
  'finds any user': asking(({ user: _, ...query }) => query),
  'finds any digest': asking(({ sha256: _, ...query }) => query),
  'finds what came before': asking(({ since: _, ...query }) => query),
  'finds what came after': asking(({ until: _, ...query }) => query),
  'compares names as they were written': of(
    class extends ListedDecisions {
      override matching(query: DecisionQuery): RequestRecord[] {
        return super
          .matching(query)
          .filter(
            (one) =>
              query.project === undefined || !('project' in one) || one.project === query.project,
          );
      }
    },
  ),
  'leaves out what has no time': of(
    class extends ListedDecisions {
      override matching(query: DecisionQuery): RequestRecord[] {
        return super.matching(query).filter(({ time }) => !Number.isNaN(Date.parse(time)));
      }
    },
  ),
  'takes an event for a decision': of(
    class extends ListedDecisions {
      override async append(record: LogRecord): Promise<void> {
        this.records.push(record as DecisionRecord);
      }
    },
  ),
  'tells of no cut': of(
    class extends ListedDecisions {
      override async search(query: DecisionQuery): Promise<DecisionSearch> {
        const search = await super.search(query);
        return { ...search, records: () => search.records() };
      }
    },
  ),
  'tells of no question': of(
    class extends ListedDecisions {
      override matching(query: DecisionQuery): RequestRecord[] {
        const all = super.matching(query);
        return all.filter((one) => !('event' in one && one.event === 'query'));
      }
    },
  ),
  'tells of every cut': of(
    class extends ListedDecisions {
      override matching(query: DecisionQuery): RequestRecord[] {
        return this.records.filter((one) => 'event' in one || matches(one, query));
      }
    },
  ),
  'does not bound what a client says': writing((record) => [record]),
  'is read once': of(
    class extends ListedDecisions {
      override async search(query: DecisionQuery): Promise<DecisionSearch> {
        const close = async () => void this.records.splice(0);
        return { ...(await super.search(query)), close };
      }
    },
  ),
  'begins anew': of(
    class extends ListedDecisions {
      override async close(): Promise<void> {
        this.records = [];
      }
    },
  ),
});
