/**
 * Subscribing where readers share: graphql-js makes the source stream, as it does for everybody; what comes of it is
 * executed once and sent as the same text to each reader, past the library that would write it anew every time.
 */
import { createSourceEventStream, execute, subscribe, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Admin } from '../../access/principal.js';
import type { Context } from '../context.js';
import { abortable } from './abortable.js';
import { Telling, type Sharing } from './telling.js';

type Live = AsyncGenerator<ExecutionResult, void> | ExecutionResult;

export async function subscribeShared(args: ExecutionArgs): Promise<Live> {
  const { sharing } = args.contextValue as Context;
  if (sharing === undefined) return (await subscribe(args)) as Live;
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  // Those of this stream are ours: abortable.ts.
  return abortable((signal) => deliver(source as AsyncGenerator, args, sharing, signal));
}

async function* deliver(
  source: AsyncGenerator,
  args: ExecutionArgs,
  { send, toText }: Sharing,
  signal: AbortSignal,
): AsyncGenerator<ExecutionResult, void> {
  signal.addEventListener('abort', () => void source.return(undefined));
  const render = async (telling: Telling): Promise<string> =>
    toText(await execute({ ...args, rootValue: telling.root, contextValue: forAll(args, telling) }));
  for await (const told of source) {
    // The overview is told by the clock, to each reader by itself.
    if (!(told instanceof Telling)) yield await execute({ ...args, rootValue: told });
    else {
      const text = await told.text(render);
      if (signal.aborted) return;
      await send(text);
    }
  }
}

/** Of nobody in particular, so that nothing of a reader can get into what the others are told. */
function forAll({ contextValue }: ExecutionArgs, { loaders }: Telling): Context {
  const { principal, services } = contextValue as Context & { principal: Admin };
  return { principal: { ...principal, subject: '' }, services, loaders };
}
