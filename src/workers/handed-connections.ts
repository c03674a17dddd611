import type { ChildProcess } from 'node:child_process';

/** The messages about a connection between Node's cluster and a worker (lib/internal/cluster). */
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
 * Tracks the connections that are being passed to a worker. Node's cluster keeps each open until the worker has
 * accepted it, and forever if the worker dies first: the client would wait for a response that never comes, and the
 * descriptor would leak.
 * @returns closes the connections that the worker has not accepted; call it after the worker has ended
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
