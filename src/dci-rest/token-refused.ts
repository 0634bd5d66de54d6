/** A refused token request (RFC 6749 5.2). */
export class TokenRefused extends Error {
  constructor(
    readonly status: 400 | 401 | 413 | 415 | 429,
    readonly error:
      'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope' | 'temporarily_unavailable',
    description: string,
    /** Whom the audit may name: the client proved itself, and was refused for another reason. */
    readonly senderId?: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(description);
  }
}
