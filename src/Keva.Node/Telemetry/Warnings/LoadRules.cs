using System.Globalization;
using Keva.Node.Telemetry.Instruments;

namespace Keva.Node.Telemetry.Warnings;

/// <summary>Messages wait at an actor and do not get fewer.</summary>
/// <param name="limit">How many are too many.</param>
internal sealed class MailboxRule(int limit) : IWarningRule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<string, Persistence> actors = new(StringComparer.Ordinal);

    public string Code => "mailbox_grows";

    public Finding? Judge(VitalSigns signs)
    {
        var full = new List<string>();
        foreach (var (actor, messages) in signs.Mailboxes)
        {
            if (!actors.TryGetValue(actor, out var persistence))
            {
                actors.Add(actor, persistence = new Persistence());
            }

            if (persistence.Note(messages >= limit, signs.Now) >= Patience)
            {
                full.Add(string.Create(CultureInfo.InvariantCulture, $"{actor} ({messages})"));
            }
        }

        return full.Count == 0
            ? null
            : new Finding(
                $"More messages wait than are handled, at: {string.Join(", ", full)}.",
                "This node has more to do than it manages. Look at its processor (a busy neighbour, a limit of its container) and spread clients over the nodes; "
                + "at the journal or the store, look at the disk.");
    }
}

/// <summary>A peer is far behind the leader's log.</summary>
/// <param name="limit">How many entries are too many.</param>
internal sealed class LaggingPeerRule(long limit) : IWarningRule
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, Persistence> peers = new(StringComparer.Ordinal);

    public string Code => "peer_lags";

    public Finding? Judge(VitalSigns signs)
    {
        var late = new List<string>();
        foreach (var (peer, entries) in NetworkInstruments.LagsOf(signs.View, signs.Consensus))
        {
            if (!peers.TryGetValue(peer.Name, out var persistence))
            {
                peers.Add(peer.Name, persistence = new Persistence());
            }

            // Who is away is another matter: MissingMemberRule.
            if (persistence.Note(entries >= limit && peer.Status == Gateway.MemberStatus.Up, signs.Now) >= Patience)
            {
                late.Add(string.Create(CultureInfo.InvariantCulture, $"{peer.Name} ({entries} entries)"));
            }
        }

        return late.Count == 0
            ? null
            : new Finding(
                $"Far behind the leader's log: {string.Join(", ", late)}.",
                "Its disk or its network is slower than the load, or it takes in a snapshot (keva_snapshot_receives_total). Until it has caught up it is no help when another node fails.");
    }
}

/// <summary>The machine's clock was set, or the machine slept.</summary>
internal sealed class ClockRule : IWarningRule
{
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private TimeSpan? offset;
    private (TimeSpan At, TimeSpan By)? last;

    public string Code => "clock_jumped";

    /// <summary>How often the clock jumped.</summary>
    public long Jumps { get; private set; }

    public Finding? Judge(VitalSigns signs)
    {
        var now = signs.WallClock.UtcDateTime - DateTime.UnixEpoch - signs.Now;
        if (offset is { } before && (now - before).Duration() >= Jump)
        {
            Jumps++;
            last = (signs.Now, now - before);
        }

        // A clock that is slewed moves a little with each look, and that is well.
        offset = now;
        return last is { } jump && signs.Now - jump.At < Remembered
            ? new Finding(
                string.Create(CultureInfo.InvariantCulture, $"The machine's clock jumped {(jump.By < TimeSpan.Zero ? "back" : "ahead")} by {jump.By.Duration().TotalSeconds:0.0} s."),
                "Consensus does not go by this clock, so no data is at risk; times in logs and graphs are off. See whether the machine was suspended or migrated, and whether its time service works (chronyc tracking, timedatectl).")
            : null;
    }
}

/// <summary>The process did not run for a while.</summary>
internal sealed class PauseRule : IWarningRule
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private TimeSpan? previous;
    private (TimeSpan At, TimeSpan For)? last;

    public string Code => "process_paused";

    /// <summary>How often it stood still.</summary>
    public long Pauses { get; private set; }

    public Finding? Judge(VitalSigns signs)
    {
        if (previous is { } before && signs.Now - before - LookInterval is var pause && pause >= Long)
        {
            Pauses++;
            last = (signs.Now, pause);
        }

        previous = signs.Now;
        return last is { } seen && signs.Now - seen.At < Remembered
            ? new Finding(
                string.Create(CultureInfo.InvariantCulture, $"This process stood still for {seen.For.TotalSeconds:0.0} s."),
                "Longer than an election takes, so a leader loses its place by it. Look for a machine without free processor or memory (swapping), a container's limit, or a debugger; dotnet_gc_pause_time_seconds_total tells whether it was the garbage collector.")
            : null;
    }
}
