/** The purpose that a `consent` or `authorize` block states (protocol 3.3): `purpose.code`. */
export function purposeOf(block: Record<string, unknown> | undefined): string | undefined {
  const purpose = block?.['purpose'];
  if (typeof purpose !== 'object' || purpose === null || !('code' in purpose)) return undefined;
  return typeof purpose.code === 'string' && purpose.code !== '' ? purpose.code : undefined;
}
