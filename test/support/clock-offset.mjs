/** Loaded before a process of the fleet: its clock goes wrong by as much as the test says, while timers go on. */
const Clock = Date;
let offsetMs = 0;

globalThis.Date = class Date extends Clock {
  constructor(...parts) {
    if (parts.length === 0) super(Clock.now() + offsetMs);
    else super(...parts);
  }
  static now() {
    return Clock.now() + offsetMs;
  }
};

process.on('message', (told) => {
  offsetMs = told.offsetMs;
});
process.channel?.unref();
