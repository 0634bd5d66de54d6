/**
 * Stands between us and a server that a test takes away for a while. Cut, it drops every connection and takes none.
 * Silent, it takes everything and passes nothing on, and what was connected then stays dead: packets that vanish. Slow,
 * every answer of the server comes so much later.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface TcpProxy {
  port: number;
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Drops every connection; new ones are taken at once. */
  drop(): void;
  silence(): void;
  speak(): void;
  /** @param ms 0 = as fast as ever */
  slow(ms: number): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let silent = false;
  let lateMs = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const mute = (socket: Socket) =>
    socket
      .unpipe()
      .removeAllListeners('close')
      .on('close', () => sockets.delete(socket))
      .resume();
  const late = () =>
    new Transform({
      transform: (chunk, _, done) => void (lateMs === 0 ? done(null, chunk) : setTimeout(done, lateMs, null, chunk)),
    });
  const server = createServer((client) => {
    keep(client);
    if (silent) return mute(client);
    const upstream = keep(connect(target.port, target.host));
    client.pipe(upstream).pipe(late()).pipe(client);
    client.on('close', () => upstream.destroy());
    return upstream.on('close', () => client.destroy());
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = async () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    drop();
    await closed;
  };
  return {
    port,
    cut,
    drop,
    restore: () => listen(port),
    silence: () => {
      silent = true;
      sockets.forEach(mute);
    },
    speak: () => {
      silent = false;
    },
    slow: (ms) => {
      lateMs = ms;
    },
    close: cut,
  };
}
