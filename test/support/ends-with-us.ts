/**
 * For Node processes that a test starts: however the test's own process ends, by a failed hook or by force, they are asked to
 * stop. Both are needed, the arguments and the channel.
 */
const STOP = `process.once('disconnect', () => process.kill(process.pid, 'SIGTERM')); process.channel?.unref();`;

export const ENDS_WITH_US = ['--import', `data:text/javascript,${encodeURIComponent(STOP)}`];
export const CHANNEL = 'ipc' as const;
