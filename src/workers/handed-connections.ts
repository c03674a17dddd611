import type { ChildProcess } from 'node:child_process';

/** What Node's cluster says to a worker, and hears from it, about a connection (lib/internal/cluster). */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

interface Handle {
  close(): void;
}

/**
 * Notes the connections that are on their way to a worker. Node's cluster keeps each open until the worker has taken it,
 * and for ever where the worker dies before it does: the client would wait for an answer that nobody gives, and the
 * descriptor would stay.
 * @returns closes those that the worker has not taken; to be called once it has ended
 */
export function closingUntaken(worker: ChildProcess): () => void {
  const untaken = new Map<number, Handle>();
  const send = worker.send.bind(worker) as (...args: unknown[]) => boolean;
  worker.send = (...args: unknown[]): boolean => {
    const [message, handle] = args as [ClusterMessage | undefined, Handle | undefined];
    if (message?.act === 'newconn' && message.seq !== undefined && handle !== undefined)
      untaken.set(message.seq, handle);
    return send(...args);
  };
  worker.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) untaken.delete(ack);
  });
  return () => {
    for (const handle of untaken.values()) handle.close();
    untaken.clear();
  };
}
