/** The key that wraps all others. While it is being replaced, a second one is accepted for opening, never for sealing. */
import { open, seal, SealBroken } from './sealed-box.js';

export class MasterKey {
  /** @param current 32 bytes, as is `other` */
  constructor(
    private readonly current: Buffer,
    private readonly other?: Buffer,
  ) {}

  static of(key: Buffer | MasterKey): MasterKey {
    return key instanceof MasterKey ? key : new MasterKey(key);
  }

  get isBeingReplaced(): boolean {
    return this.other !== undefined;
  }

  seal(plaintext: Buffer, place: string): Buffer {
    return seal(this.current, plaintext, place);
  }

  /** @throws SealBroken */
  open(box: Buffer, place: string): Buffer {
    try {
      return open(this.current, box, place);
    } catch (error) {
      if (this.other === undefined || !(error instanceof SealBroken)) throw error;
      return open(this.other, box, place);
    }
  }

  /** The box sealed anew, or undefined when the current key sealed it already. @throws SealBroken */
  rewrap(box: Buffer, place: string): Buffer | undefined {
    try {
      open(this.current, box, place);
      return undefined;
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      return this.seal(this.open(box, place), place);
    }
  }
}
