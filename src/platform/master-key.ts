/** The key that wraps all others. While it is being replaced, a second one is accepted for opening, never for sealing. */
import { open, seal, SealBroken } from './sealed-box.js';

/** Another key sealed it. That says nothing of what is in it: another process may open it. */
export class MasterKeyWrong extends Error {
  override readonly name = 'MasterKeyWrong';

  constructor(cause: SealBroken) {
    super(
      'MASTER_KEY is not the key that sealed the keys of this database: set the one that did ' +
        '(where MASTER_KEY is not set, it is read from the file master-key in DATA_DIR), or name it in MASTER_KEY_PREVIOUS',
      { cause },
    );
  }
}

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

  /** @throws MasterKeyWrong */
  open(box: Buffer, place: string): Buffer {
    const opened = openWith(this.current, box, place);
    if (!(opened instanceof SealBroken)) return opened;
    const other = this.other === undefined ? opened : openWith(this.other, box, place);
    if (other instanceof SealBroken) throw new MasterKeyWrong(other);
    return other;
  }

  /** The box sealed anew, or undefined when the current key sealed it already. @throws MasterKeyWrong */
  rewrap(box: Buffer, place: string): Buffer | undefined {
    const isCurrent = !(openWith(this.current, box, place) instanceof SealBroken);
    return isCurrent ? undefined : this.seal(this.open(box, place), place);
  }
}

function openWith(key: Buffer, box: Buffer, place: string): Buffer | SealBroken {
  try {
    return open(key, box, place);
  } catch (error) {
    if (error instanceof SealBroken) return error;
    throw error;
  }
}
