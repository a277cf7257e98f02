using System.Globalization;

namespace Keva.Tests.Fuzzing.Engine;

/// <summary>How much was tried, and what came of it.</summary>
internal sealed record FuzzReport(long Tries, long Accepted, int Kinds);

/// <summary>
/// Tries one target with many inputs. The same seed gives the same inputs, as long as the reader answers the same: an
/// input that the reader answered in a new way joins the pool from which later ones are made.
/// </summary>
/// <param name="target">What to try.</param>
/// <param name="seed">Chooses the inputs.</param>
/// <param name="beforeEach">Gets each input before it is tried, for the case that the process does not survive it.</param>
internal sealed class FuzzCampaign(FuzzTarget target, ulong seed, Action<byte[]>? beforeEach = null)
{
    /// <summary>Far longer than any try may take: a reader that has not come back by then does not come back.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    /// <summary>Half of what a thread usually has, so that a reader with too deep a recursion has no room to spare.</summary>
    private const int StackBytes = 512 * 1024;

    /// <summary>So many times the limit is no accident.</summary>
    private const int ClearlyTooLong = 10;

    private const int MaxLearnt = 256;
    private const int LongestLearnt = 4 * 1024;

    private readonly FuzzMeter meter = new();
    private readonly HashSet<string> kinds = new(StringComparer.Ordinal);
    private long tries;
    private long accepted;
    private volatile Attempt? current;

    private sealed record Attempt(long Number, byte[] Input, DateTime Started);

    /// <summary>Tries until <paramref name="mayGoOn"/>, asked with the number of the next try, says no.</summary>
    /// <exception cref="FuzzFinding">The reader threw, hung, cost too much or read something wrongly.</exception>
    public FuzzReport Run(Func<long, bool> mayGoOn)
    {
        Exception? failure = null;
        using var ended = new ManualResetEventSlim();
        var thread = new Thread(
            () =>
            {
                try
                {
                    TryAll(mayGoOn);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                ended.Set();
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "fuzz " + target.Name,
        };
        thread.Start();
        WaitFor(ended);
        return failure switch
        {
            null => new FuzzReport(tries, accepted, kinds.Count),
            FuzzFinding finding => throw finding,
            _ => throw new InvalidOperationException($"the fuzzer itself failed on {target.Name}: {failure}", failure),
        };
    }

    private void WaitFor(ManualResetEventSlim ended)
    {
        while (!ended.Wait(TimeSpan.FromSeconds(1)))
        {
            if (current is { } attempt && DateTime.UtcNow - attempt.Started > HangLimit)
            {
                throw FuzzFinding.Of(target, seed, attempt.Number, $"it did not come back within {HangLimit.TotalSeconds} s", attempt.Input);
            }
        }
    }

    private void TryAll(Func<long, bool> mayGoOn)
    {
        var pool = target.Corpus().ToList();
        var mutator = new FuzzMutator(pool, target.Tokens);
        foreach (var input in pool.ToArray())
        {
            Try(input);
        }

        for (var number = 0L; mayGoOn(number); number++)
        {
            var random = new FuzzRandom(FuzzRandom.Mix(FuzzRandom.SeedOf(target.Name, seed) + (ulong)number));
            var input = NextInput(mutator, random);
            if (Try(input) && input.Length <= LongestLearnt && pool.Count < MaxLearnt)
            {
                pool.Add(input);
            }
        }
    }

    private byte[] NextInput(FuzzMutator mutator, FuzzRandom random)
    {
        var way = random.Below(50);
        var input = way switch
        {
            0 => random.Bytes(random.Below(200)),
            < 10 when target.Generate is { } generate => generate(random),
            _ => mutator.Next(random),
        };
        if (target.Repair is { } repair && !random.OneIn(4))
        {
            repair(input);
        }

        return input;
    }

    /// <returns>Whether the reader answered in a way that it had not before.</returns>
    private bool Try(byte[] input)
    {
        if (ProblemWith(input, out var outcome, out var cause) is { } problem)
        {
            var shrinker = new FuzzShrinker(candidate => IsAlike(problem, ProblemWith(candidate, out _, out _)));
            var smaller = shrinker.Shrink(input);
            throw FuzzFinding.Of(target, seed, tries, ProblemWith(smaller, out _, out _) ?? problem, smaller, cause);
        }

        tries++;
        accepted += outcome.IsAccepted ? 1 : 0;
        return kinds.Add(outcome.Kind());
    }

    private static bool IsAlike(string problem, string? other) =>
        other is not null && string.Equals(KindOf(problem), KindOf(other), StringComparison.Ordinal);

    private static string KindOf(string problem) => FuzzOutcome.Refused(problem.Split(':')[0]).Kind();

    private string? ProblemWith(byte[] input, out FuzzOutcome outcome, out Exception? cause)
    {
        outcome = default;
        cause = null;
        try
        {
            outcome = Probe(input);
        }
        catch (Exception exception)
        {
            cause = exception;
            return exception is FuzzCheckException ? exception.Message : $"it threw {exception.GetType().Name}: {exception.Message}";
        }

        // A second look, since the first call of anything is dear, and another process may have taken the processor.
        var limits = target.LimitsFor?.Invoke(input) ?? target.Limits;
        var (mostBytes, longest) = (limits.BytesFor(input.Length), limits.TimeFor(input.Length));
        var isClose = meter.Elapsed < ClearlyTooLong * longest;
        for (var looks = 0; (meter.AllocatedBytes > mostBytes || meter.Elapsed > longest) && isClose && looks < 3; looks++)
        {
            Probe(input);
        }

        return meter.AllocatedBytes > mostBytes
            ? string.Create(CultureInfo.InvariantCulture, $"it allocates too much: {meter.AllocatedBytes} bytes for {input.Length}")
            : meter.Elapsed > longest
                ? string.Create(CultureInfo.InvariantCulture, $"it takes too long: {meter.Elapsed.TotalMilliseconds:F0} ms for {input.Length} bytes")
                : null;
    }

    private FuzzOutcome Probe(byte[] input)
    {
        current = new Attempt(tries, input, DateTime.UtcNow);
        beforeEach?.Invoke(input);
        meter.Reset();
        return target.Probe(input, meter);
    }
}
