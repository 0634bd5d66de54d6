/** Which addresses a partner may make us connect to: the IANA special-use registries, refused unless known public. */
import { BlockList, isIP } from 'node:net';

/** Never, not even for trying out: "this" network, link-local and cloud metadata, protocol use, multicast, reserved. */
const NEVER = blockList(
  ['0.0.0.0', 8],
  ['100.100.100.200', 32], // metadata of Alibaba, and of Azure on a public address
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.175.48.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['2001::', 23], // Teredo, ORCHID, benchmarking
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4 carries an IPv4 address inside
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
  ['fd00:ec2::254', 128],
);

/** Of this machine or this organisation. */
const PRIVATE = blockList(
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
);

/** All that is allocated as global unicast; compatible and NAT64 forms lie outside of it. */
const GLOBAL_IPV6 = blockList(['2000::', 3]);

/** A list of IPv4 ranges would read these as the address inside; no honest name server answers with one. */
const MAPPED_IPV6 = blockList(['::ffff:0:0', 96]);

/** What was asked last: each request asks twice of the same few, and a list is slow to read. */
const JUDGED = { private: new Map<string, boolean>(), public: new Map<string, boolean>() };
const MOST_JUDGED = 1000;

/** Fails closed: what is no plain address is not allowed. */
export function isAllowedAddress(address: string, allowPrivate: boolean): boolean {
  const judged = JUDGED[allowPrivate ? 'private' : 'public'];
  let allowed = judged.get(address);
  if (allowed !== undefined) return allowed;
  allowed = judge(address, allowPrivate);
  if (judged.size >= MOST_JUDGED) judged.clear();
  judged.set(address, allowed);
  return allowed;
}

function judge(address: string, allowPrivate: boolean): boolean {
  const family = isIP(address);
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (family === 0 || address.includes('%') || NEVER.check(address, type)) return false;
  if (family === 6 && MAPPED_IPV6.check(address, type)) return false;
  if (PRIVATE.check(address, type)) return allowPrivate;
  return family === 4 || GLOBAL_IPV6.check(address, type);
}

function blockList(...ranges: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
