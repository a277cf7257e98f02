using System.Globalization;
using Keva.Simulator.Situations;

namespace Keva.Simulator.Runs;

/// <summary>What a person reads after a run.</summary>
internal static class Report
{
    private const int SeedsThatReachEverything = 1000;

    /// <summary>What broke, what led to it, and how to see it again.</summary>
    public static IEnumerable<string> Failure(SeedResult result)
    {
        yield return $"seed {result.Seed} broke a rule after {result.Counts.SimulatedTime.TotalSeconds:0.0} simulated seconds";
        yield return $"  {result.Failure}";
        yield return "what happened before it:";
        foreach (var line in result.Trace)
        {
            yield return line.Length <= 300 ? line : line[..300] + "...";
        }

        yield return $"replay it:  scripts/simulate --seed {result.Seed}            (every step: add --trace)";
    }

    public static IEnumerable<string> Summary(RunTotals totals, TimeSpan elapsed)
    {
        var counts = totals.Counts;
        yield return string.Create(CultureInfo.InvariantCulture, $"{totals.Seeds} seeds, {totals.Failures.Count} failed, in {elapsed.TotalSeconds:0.0} s");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"simulated {counts.SimulatedTime.TotalHours:0.0} hours ({counts.SimulatedTime / elapsed:0} times as fast as real time), {counts.Steps:N0} steps, {counts.Messages:N0} messages");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Operations:N0} operations ({totals.Served:N0} served, {totals.Open:N0} of unknown outcome), {counts.Elections:N0} elections");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Crashes:N0} crashes, {counts.Stops:N0} orderly stops, {counts.Partitions:N0} partitions, {counts.Pauses:N0} pauses, {counts.DiskFaults:N0} disk faults, {counts.Losses:N0} nodes that lost their data, {counts.Snapshots:N0} snapshots installed");
    }

    public static IEnumerable<string> Situations(RunTotals totals)
    {
        yield return "situations reached:";
        foreach (var situation in Enum.GetValues<Situation>())
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  {totals.Situations[situation],10:N0}  {Words(situation)}");
        }
    }

    /// <summary>What a run of that many seeds should have reached and has not.</summary>
    public static IReadOnlyList<string> Missing(RunTotals totals) =>
        totals.Seeds < SeedsThatReachEverything ? [] : totals.Situations.NeverReached.Select(Words).ToArray();

    private static string Words(Situation situation) =>
        string.Concat(situation.ToString().Select((letter, position) =>
            char.IsUpper(letter) && position > 0 ? $" {char.ToLowerInvariant(letter)}" : letter.ToString()));
}
