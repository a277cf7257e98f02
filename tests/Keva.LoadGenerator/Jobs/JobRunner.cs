using System.Diagnostics;
using Keva.LoadGenerator.Dialects;
using Keva.LoadGenerator.Http;
using Keva.LoadGenerator.Loops;
using Keva.LoadGenerator.Measuring;

namespace Keva.LoadGenerator.Jobs;

/// <summary>Runs a job: makes the connections, lets their threads run, and watches the servers from beside.</summary>
internal static class JobRunner
{
    public static LoadResult Run(LoadJob job)
    {
        var keys = new KeySpace(job.ValueBytes);
        IDialect dialect = job.Dialect == DialectName.Keva ? new KevaDialect(keys) : new EtcdDialect(keys);
        var fill = job.Kind == LoadKind.Fill ? new FillCursor(job.Keys) : null;
        var connections = Enumerable.Range(0, job.Connections)
            .Select(number => new LoadConnection(job, dialect, keys, fill, number))
            .ToArray();
        var loops = connections.GroupBy(connection => connection.Number % job.Threads)
            .Select(group => new LoadLoop([.. group]))
            .ToArray();
        try
        {
            return Run(job, loops);
        }
        finally
        {
            foreach (var loop in loops)
            {
                loop.Dispose();
            }
        }
    }

    private static LoadResult Run(LoadJob job, LoadLoop[] loops)
    {
        foreach (var loop in loops)
        {
            loop.Connect();
        }

        var window = job.Kind == LoadKind.Fill
            ? new MeasuringWindow(Stopwatch.GetTimestamp(), long.MaxValue)
            : MeasuringWindow.After(job.WarmUpSeconds, job.Seconds);
        var threads = loops.Select(loop => new Thread(() => loop.Run(window)) { Name = "load" }).ToArray();
        Array.ForEach(threads, thread => thread.Start());

        window.WaitForBegin();
        var begin = Usage.Now(job);
        if (job.Kind == LoadKind.Measure)
        {
            window.WaitForEnd();
        }
        else
        {
            Array.ForEach(threads, thread => thread.Join());
        }

        var end = Usage.Now(job);
        Array.ForEach(threads, thread => thread.Join());
        return Result(job, loops, window, begin, end);
    }

    private static LoadResult Result(LoadJob job, LoadLoop[] loops, MeasuringWindow window, Usage begin, Usage end)
    {
        var total = new LoadCounts();
        foreach (var loop in loops)
        {
            total.Add(loop.Counts);
        }

        var servers = end.Servers - begin.Servers;
        return new LoadResult
        {
            Requests = total.Requests,
            Writes = total.Writes,
            Errors = total.Errors,
            FirstError = total.FirstError,
            Seconds = job.Kind == LoadKind.Measure ? window.Seconds : Stopwatch.GetElapsedTime(begin.Moment, end.Moment).TotalSeconds,
            P50 = Microseconds(50),
            P99 = Microseconds(99),
            P999 = Microseconds(99.9),
            Maximum = total.Latencies.Maximum / 1000.0,
            ServerProcessorSeconds = servers.ProcessorSeconds,
            ServerDirtiedBytes = servers.DirtiedBytes,
            DiskWrittenBytes = end.DiskBytes - begin.DiskBytes,
            GeneratorProcessorSeconds = end.GeneratorProcessorSeconds - begin.GeneratorProcessorSeconds,
        };

        double Microseconds(double percent) => total.Latencies.Percentile(percent) / 1000.0;
    }

    private readonly record struct Usage(long Moment, ProcessUsage Servers, long? DiskBytes, double GeneratorProcessorSeconds)
    {
        public static Usage Now(LoadJob job) => new(
            Stopwatch.GetTimestamp(),
            ProcessUsage.OfAll(job.ServerProcesses),
            job.DiskCounters is { } counters ? DiskUsage.WrittenBytes(counters) : null,
            Environment.CpuUsage.TotalTime.TotalSeconds);
    }
}
