/**
 * Where a test file runs: as Jest's own, but no timer of the file holds its process afterwards. Agenda keeps one for a second
 * behind each job that ran, and Jest waits half of that for a worker to end.
 */
// Comes with Jest, whose default it is.
import { TestEnvironment } from 'jest-environment-node';

/** So often those that are gone are left out. */
const SWEEP = 5000;

export default class extends TestEnvironment {
  #timers = [];

  async setup() {
    await super.setup();
    const { setTimeout } = this.global;
    const noting = (...asked) => this.#noted(setTimeout(...asked));
    this.global.setTimeout = Object.defineProperties(noting, Object.getOwnPropertyDescriptors(setTimeout));
  }

  async teardown() {
    for (const timer of this.#timers) timer.deref()?.unref();
    await super.teardown();
  }

  #noted(timer) {
    this.#timers.push(new WeakRef(timer));
    if (this.#timers.length % SWEEP === 0) this.#timers = this.#timers.filter((one) => one.deref() !== undefined);
    return timer;
  }
}
