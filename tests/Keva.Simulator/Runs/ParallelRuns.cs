namespace Keva.Simulator.Runs;

/// <summary>Runs many seeds, each on one thread, several at a time. What one seed does depends on no other.</summary>
internal static class ParallelRuns
{
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many seeds from there.</param>
    /// <param name="threads">How many at a time.</param>
    /// <param name="stopAfter">Begins no new seed after so many failures.</param>
    /// <param name="onResult">Told of each result, one at a time, in no particular order.</param>
    public static RunTotals Run(int first, int count, int threads, int stopAfter, Action<SeedResult> onResult)
    {
        var totals = new RunTotals();
        var gate = new Lock();
        var next = first - 1;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            while (true)
            {
                var seed = Interlocked.Increment(ref next);
                if (seed >= first + count || Volatile.Read(ref stopAfter) <= 0)
                {
                    return;
                }

                var result = SeedRun.Run(seed);
                lock (gate)
                {
                    totals.Add(result);
                    stopAfter -= result.IsFailure ? 1 : 0;
                    onResult(result);
                }
            }
        })).ToArray();
        foreach (var worker in workers)
        {
            worker.Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return totals;
    }
}
