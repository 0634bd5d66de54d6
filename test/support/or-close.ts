/** What was started for a start that failed does not stay. */
export async function orClose<Result>(start: () => Promise<Result>, close: () => Promise<unknown>): Promise<Result> {
  try {
    return await start();
  } catch (error) {
    await close();
    throw error;
  }
}
