/** The way in which a source is followed between sweeps: its stream of changes where that is asked for and allowed. */
import type { CaptureState } from '../../entities/sources/source.repository.js';
import { ChangeStream } from './change-stream.js';
import {
  CaptureRefused,
  publicationFaults,
  publicationPrint,
  publishedTables,
  type PublishedTable,
} from './publication.js';
import {
  currentPosition,
  dropSlot,
  endDeadReader,
  findSlot,
  lsnOf,
  makeSlot,
  slotOf,
  slotReader,
} from './replication-slot.js';
import type { OpenSource } from './source-connections.js';
import { codeOf, SourceFault } from './source-fault.js';
import { watermarkOf } from './watermark.js';

/** What is known of it, and whether everything has to be read again. */
export interface Step {
  capture: CaptureState;
  isAnew: boolean;
}
export type KeepStep = (step: Step) => Promise<void>;

const BUSY_MS = 500;
const BUSY_TRIES = 60;
const IN_USE = '55006';

/** Undefined where it is polled and swept. @throws SourceFault */
export async function follow(open: OpenSource, known: CaptureState, keep: KeepStep): Promise<Following | undefined> {
  const { capture } = open.file;
  const other = watermarkOf(open.file) === undefined ? 'SWEEP' : 'WATERMARK';
  if (capture.by === 'publication')
    try {
      return await streamOf(open, known, keep);
    } catch (error) {
      if (!(error instanceof CaptureRefused) || capture.fallback === undefined) throw error;
      // A slot that nobody reads would fill the disk of the source.
      if (known.upTo != null) await dropSlot(open.reader.database, slotOf(open.file)).catch(() => undefined);
      await keep({ capture: { by: other, notice: error.message, upTo: null }, isAnew: false });
      return undefined;
    }
  if (known.by !== other) await keep({ capture: { by: other, notice: null }, isAnew: false });
  return undefined;
}

async function streamOf(open: OpenSource, known: CaptureState, keep: KeepStep): Promise<Following> {
  const [fault] = await publicationFaults(open);
  if (fault !== undefined) throw new CaptureRefused(`${fault.place.join('.')}: ${fault.message}`);
  const tables = await publishedTables(open);
  const publication = await publicationPrint(open);
  const slot = slotOf(open.file);
  const found = await findSlot(open, known);
  let { upTo } = known;
  if (found === 'NONE') {
    // Kept first: a slot that is found with this and nothing more is ours, and unfinished.
    await keep({ capture: { slot, upTo: null, system: null }, isAnew: true });
    const made = await makeSlot(open);
    upTo = made.upTo;
    await keep({ capture: { ...made, by: 'PUBLICATION', notice: null, alarm: null, publication }, isAnew: true });
  } else {
    const isAnew = found === 'BEHIND' || known.publication !== publication;
    await keep({ capture: { by: 'PUBLICATION', notice: null, publication }, isAnew });
  }
  const stream = await streamWhenFree(open, tables, upTo ?? '0/0');
  try {
    return new Following(open, tables, publication, stream, await slotReader(open.reader.database, slot));
  } catch (error) {
    // Open, it would hold the slot against the next try.
    await stream.close();
    throw error;
  }
}

/** After a crash the server needs a moment to see that its last reader is gone. */
async function streamWhenFree(open: OpenSource, tables: PublishedTable[], upTo: string): Promise<ChangeStream> {
  for (let tries = BUSY_TRIES; ; tries--)
    try {
      return await ChangeStream.open(open.url, open.file, tables, upTo);
    } catch (error) {
      if (codeOf(error) !== IN_USE) throw error;
      if (tries === 0) throw new SourceFault(`the slot ${slotOf(open.file)} is read by somebody else`);
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    }
}

const WATCH_MS = 5000;
/** It is asked every second, and answers at once unless it is at work. */
const SILENT_MS = 30_000;

export class Following {
  #probe: { at: Date; position: bigint } | undefined;
  #watchedAt = 0;

  constructor(
    private readonly open: OpenSource,
    public tables: PublishedTable[],
    private publication: string,
    readonly stream: ChangeStream,
    /** Our connection, as the server numbers it. */
    private readonly reader: string | null,
  ) {}

  /** That its line is not dead, such as one that a firewall forgot. @throws SourceFault */
  async assertHeard(silentMs = SILENT_MS): Promise<void> {
    if (this.stream.silentMs <= silentMs) return;
    if (!(await endDeadReader(this.open.reader.database, slotOf(this.open.file), this.reader))) return;
    throw new SourceFault('the source does not answer on its stream of changes any more: it is connected anew');
  }

  /** When the source was last known to have nothing that is not taken over up to this position; undefined: not since. */
  async freshAt(upTo: string, now: Date): Promise<Date | undefined> {
    const isReached = this.#probe !== undefined && lsnOf(upTo) + PAGE_HEADER >= this.#probe.position;
    const reached = isReached ? this.#probe?.at : undefined;
    if (isReached || this.#probe === undefined)
      this.#probe = { at: now, position: await currentPosition(this.open.reader.database) };
    return reached;
  }

  /** From time to time: gives its print where the operator changed the publication meanwhile. @throws CaptureRefused */
  async changedPublication(now: Date): Promise<string | undefined> {
    if (now.getTime() - this.#watchedAt < WATCH_MS) return undefined;
    this.#watchedAt = now.getTime();
    const [fault] = await publicationFaults(this.open);
    if (fault !== undefined) throw new CaptureRefused(`${fault.place.join('.')}: ${fault.message}`);
    const print = await publicationPrint(this.open);
    if (print === this.publication) return undefined;
    this.publication = print;
    this.tables = await publishedTables(this.open);
    this.stream.watch(this.tables);
    return print;
  }

  close(): Promise<void> {
    return this.stream.close();
  }
}

/** By so much the place of the next record may lie beyond the end of the last one. */
const PAGE_HEADER = 64n;
