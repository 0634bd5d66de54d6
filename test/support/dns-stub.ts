/** A name server on this machine that answers every A question with what the test says, and counts the questions. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';

export interface DnsStub {
  /** Names asked for, in order. */
  questions: string[];
  lookup: (hostname: string) => Promise<{ address: string; family: number }[]>;
  close: () => Promise<void>;
}

/** @param answer IPv4 addresses for the nth question (from 0); none: no such name; undefined: silence */
export async function startDnsStub(answer: (question: number, name: string) => string[] | undefined): Promise<DnsStub> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const questions: string[] = [];
  socket.on('message', (query, client) => {
    const name = readName(query);
    const addresses = answer(questions.push(name) - 1, name);
    if (addresses) socket.send(reply(query, addresses), client.port, client.address);
  });
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    questions,
    lookup: async (hostname) => (await resolver.resolve4(hostname)).map((address) => ({ address, family: 4 })),
    close: () => new Promise((closed) => void socket.close(closed)),
  };
}

const HEADER_BYTES = 12;

function readName(query: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER_BYTES; query[at]; at += query.readUInt8(at) + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query.readUInt8(at)));
  return labels.join('.');
}

function reply(query: Buffer, addresses: string[]): Buffer {
  const questionEnd = query.indexOf(0, HEADER_BYTES) + 5;
  const message = Buffer.from(query.subarray(0, questionEnd));
  message.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2);
  message.writeUInt16BE(addresses.length, 6);
  message.writeUInt32BE(0, 8);
  // A pointer to the name asked for, type A, class IN, TTL 0, four bytes.
  const records = addresses.map((address) =>
    Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([message, ...records]);
}
