/**
 * Where a test file runs: as Jest's own, but its process ends within the half second that Jest waits for a worker. No timer
 * of the file holds it: Agenda keeps one for a second behind each job that ran. Gateways that a failed test left open are
 * closed, or they would disturb the next file of the process.
 */
// Comes with Jest, whose default it is.
import { TestEnvironment } from 'jest-environment-node';

/** So often those that are gone are left out. */
const SWEEP = 5000;

/** A process that just ends gives its heap back bit by bit: some hundred megabytes take a busy machine a second. */
const leave = (code) => process.exit(code);

export default class extends TestEnvironment {
  #timers = [];

  async setup() {
    await super.setup();
    const { setTimeout } = this.global;
    const noting = (...asked) => this.#noted(setTimeout(...asked));
    this.global.setTimeout = Object.defineProperties(noting, Object.getOwnPropertyDescriptors(setTimeout));
  }

  async handleTestEvent({ name }) {
    if (name !== 'run_finish') return;
    for (const close of this.global.openGateways ?? []) await close().catch(() => undefined);
  }

  async teardown() {
    for (const timer of this.#timers) timer.deref()?.unref();
    // Behind whatever else the file has left to be done at the end.
    if (process.send !== undefined) process.off('exit', leave).on('exit', leave);
    await super.teardown();
  }

  #noted(timer) {
    this.#timers.push(new WeakRef(timer));
    if (this.#timers.length % SWEEP === 0) this.#timers = this.#timers.filter((one) => one.deref() !== undefined);
    return timer;
  }
}
