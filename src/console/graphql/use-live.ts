import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { stringifyDocument, useClient, type Client, type TypedDocumentNode } from 'urql';
import { LIVE_CURSOR } from './live-cursor.document.js';
import { isObject } from '../shared/json-object.js';
import { line, liveClient } from './live-client.js';

export type LiveState = 'off' | 'connecting' | 'live' | 'waiting';

interface LiveOptions<Data> {
  enabled?: boolean;
  onEvent: (data: Data) => void;
  /** The stream is open: what is loaded from now on, and the events, leave nothing out. */
  onStart?: () => void;
  /** Starts behind this cursor instead of now. */
  after?: string | undefined;
  /** Where this subscription has a cursor: that of an event, to go on behind it after a broken connection. */
  cursorOf?: (data: Data) => string;
}

const RETRY_MS = 2000;

/** Follows a subscription as long as the component lives; comes back by itself, behind the last event it saw. */
export function useLive<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { enabled = true, onEvent, onStart, cursorOf, after: from }: LiveOptions<Data>,
): LiveState {
  const client = useClient();
  const [state, setState] = useState<LiveState>('off');
  const isOpen = useSyncExternalStore(line.subscribe, line.isOpen);
  const told = useEffectEvent(onEvent);
  const started = useEffectEvent(() => onStart?.());
  const cursor = useEffectEvent((data: Data) => cursorOf?.(data));
  const resumable = cursorOf !== undefined;
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (!enabled) return undefined;
    const stop = new AbortController();
    const query = stringifyDocument(document);
    const follow = async (after: string | undefined): Promise<string | undefined> => {
      const events = liveClient.iterate<Data>({ query, variables: { ...JSON.parse(key), after } });
      const abort = () => void events.return?.();
      stop.signal.addEventListener('abort', abort);
      let last = after;
      try {
        setState('live');
        for await (const { data, errors } of events) {
          // The next reader of these events has another question.
          if (stop.signal.aborted) break;
          if (errors !== undefined) throw errors;
          if (data == null) continue;
          last = cursor(data) ?? last;
          told(data);
        }
      } catch (problem) {
        return resumeAt(problem, last);
      } finally {
        stop.signal.removeEventListener('abort', abort);
      }
      return last;
    };
    void (async () => {
      let after = from;
      while (!stop.signal.aborted) {
        setState('connecting');
        if (after === undefined && resumable) {
          after = await currentCursor(client);
          if (stop.signal.aborted) return;
          started();
        }
        after = await follow(after);
        if (stop.signal.aborted) return;
        setState('waiting');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        // Where the session has ended meanwhile, in another tab or by another administrator, the answer ends it here too.
        await currentCursor(client);
      }
    })();
    return () => {
      stop.abort();
      setState('off');
    };
  }, [client, document, key, enabled, resumable, from]);
  return state === 'live' && !isOpen ? 'connecting' : state;
}

/** The end of the live stream as it is now. */
export async function currentCursor(client: Client): Promise<string | undefined> {
  const { data } = await client.query(LIVE_CURSOR, {}, { requestPolicy: 'network-only' }).toPromise();
  return data?.liveCursor;
}

/** A slow reader is told its cursor; a cursor from before a restore is of no use any more. */
function resumeAt(problem: unknown, after: string | undefined): string | undefined {
  const error: unknown = Array.isArray(problem) ? problem[0] : undefined;
  const extensions = isObject(error) ? error['extensions'] : undefined;
  if (!isObject(extensions)) return after;
  const { cursor, field } = extensions;
  if (typeof cursor === 'string') return cursor;
  return field === 'after' ? undefined : after;
}
