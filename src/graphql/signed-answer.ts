/** The answer to a partner that signed its operation is signed too, in the HTTP profile. */
import type { GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Context } from './context.js';

/** The one way that a result becomes text: what is signed and what is sent are the same bytes. */
export const textOf = ({ errors, data, extensions }: FormattedExecutionResult): string =>
  `${JSON.stringify({ errors, data, extensions })}\n`;

/** @throws ServiceUnavailable where there is no key: nothing leaves unsigned */
export async function signAnswer({
  response: { body, http },
  contextValue: { sign },
}: GraphQLRequestContextWillSendResponse<Context>): Promise<void> {
  if (sign === undefined || body.kind !== 'single') return;
  const signature = await sign({ status: http.status ?? 200, body: Buffer.from(textOf(body.singleResult)) });
  for (const [name, value] of Object.entries(signature)) http.headers.set(name.toLowerCase(), value);
}
