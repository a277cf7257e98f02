using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>
/// The warnings that hold. Each is logged when it comes and when it is over; it is over when nothing was found for a while,
/// so that trouble which comes and goes makes two lines and not a thousand. Written by one thread, read by any.
/// </summary>
internal sealed class WarningBoard(ILogger logger)
{
    /// <summary>How long nothing must have been found.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> raised = new(StringComparer.Ordinal);
    private volatile Shown shown = new([], ImmutableSortedDictionary<string, long>.Empty);

    /// <summary>What holds, in the order of the codes.</summary>
    public IReadOnlyList<Warning> Current => shown.Warnings;

    /// <summary>How often each warning came, those that never did among them.</summary>
    public IReadOnlyDictionary<string, long> Raised => shown.Raised;

    /// <summary>Takes what all rules found in one look.</summary>
    public void Update(IEnumerable<(string Code, Finding? Finding)> findings, TimeSpan now, DateTimeOffset wallClock)
    {
        foreach (var (code, finding) in findings)
        {
            raised.TryAdd(code, 0);
            if (finding is not null)
            {
                Note(code, finding, now, wallClock);
            }
            else if (entries.TryGetValue(code, out var entry) && now - entry.LastFound >= Hold)
            {
                entries.Remove(code);
                NodeLog.WarningOver(logger, code, (long)(entry.LastFound - entry.Began).TotalSeconds, entry.Warning.Text);
            }
        }

        Show();
    }

    private void Note(string code, Finding finding, TimeSpan now, DateTimeOffset wallClock)
    {
        if (entries.TryGetValue(code, out var entry))
        {
            entries[code] = entry with { LastFound = now, Warning = entry.Warning with { Text = finding.Text, Hint = finding.Hint } };
            return;
        }

        entries.Add(code, new Entry(new Warning(code, wallClock, finding.Text, finding.Hint), now, now));
        raised[code]++;
        NodeLog.WarningRaised(logger, code, finding.Text, finding.Hint);
    }

    private void Show()
    {
        var before = shown;
        var warnings = entries.Values.Select(entry => entry.Warning).ToImmutableArray();
        if (!warnings.AsSpan().SequenceEqual(before.Warnings.AsSpan()) || before.Raised.Count != raised.Count)
        {
            shown = new Shown(warnings, raised.ToImmutableSortedDictionary(StringComparer.Ordinal));
        }
    }

    private sealed record Entry(Warning Warning, TimeSpan Began, TimeSpan LastFound);

    private sealed record Shown(ImmutableArray<Warning> Warnings, ImmutableSortedDictionary<string, long> Raised);
}
