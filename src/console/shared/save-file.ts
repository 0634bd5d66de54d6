/** A file made here, or fetched, goes where the reader's browser puts downloads. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  // The browser begins to read it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
