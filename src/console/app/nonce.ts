/** The content policy lets in only styles with the nonce of this very page. */
import { setNonce } from 'get-nonce';

export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

/** For libraries that make a style element themselves (scroll locking of dialogs). */
export function allowOwnStyles(): void {
  setNonce(styleNonce());
}
