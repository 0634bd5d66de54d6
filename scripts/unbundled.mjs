/** Compiled for one machine; opened by its path (platform/outbound-connection.ts); a page of 9 MB; not installed. */
export const UNBUNDLED = [/^@node-rs\//, /^undici/, '@graphql-yoga/render-graphiql', 'class-validator'];
