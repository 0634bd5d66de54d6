/** Ends the process in order, once, whoever asks: a signal, the terminal, or the death of the script that started us. */
export function stopOnRequest(stop: (reason: string) => Promise<void>, onError: (error: unknown) => void): void {
  let asked = false;
  const ask = async (reason: string): Promise<void> => {
    // Ctrl-C comes twice, from the terminal and passed on by npm: only the first counts.
    if (asked) return;
    asked = true;
    try {
      await stop(reason);
      process.exit(0);
    } catch (error) {
      onError(error);
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void ask(signal));
  if (process.connected) process.once('disconnect', () => void ask('the starting script ended'));
}
