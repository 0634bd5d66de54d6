/** A file that cannot be read as what it was said to be; nothing in it is repeated. */
export class FileFault extends Error {
  override readonly name = 'FileFault';

  constructor(
    message: string,
    /** What to do. */
    readonly remedy: string,
  ) {
    super(message);
  }
}
