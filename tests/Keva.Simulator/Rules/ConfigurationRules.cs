using Keva.Raft;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Roles;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.Rules;

/// <summary>
/// Who the members are follows from the log alone (chapter 4 of the dissertation). Which configuration is in force at an
/// entry is noted with the entry, so it can be held against what a server uses.
/// </summary>
internal sealed class ConfigurationRules
{
    private static readonly InForce AtFirst = new(null, LogIndex.Zero);

    private readonly Dictionary<EntryId, InForce> inForceAt = new() { [EntryId.Zero] = AtFirst };
    private ClusterConfiguration? first;

    /// <summary>The latest that is committed; null before there is a cluster.</summary>
    public ClusterConfiguration? Committed { get; private set; }

    /// <summary>Called with a change when a leader begins it: the configuration before it, and the new one.</summary>
    public Action<ClusterConfiguration, ClusterConfiguration>? OnBegun { get; init; }

    /// <summary>Called when a configuration is committed.</summary>
    public Action<ClusterConfiguration>? OnCommitted { get; init; }

    /// <summary>A server holds an entry. To be called with each entry of its log, in order.</summary>
    public void OnHeld(IRuledServer server, EntryId previous, LogEntry entry)
    {
        if (inForceAt.ContainsKey(entry.Id))
        {
            return;
        }

        var before = inForceAt[previous];
        if (entry.Kind != EntryKind.Configuration)
        {
            inForceAt[entry.Id] = before;
            return;
        }

        Require(ClusterConfigurationCodec.TryDecode(entry.Payload.Span, out var next), "a configuration can be read", $"{entry.Id} in the log of {server.Name}");
        inForceAt[entry.Id] = new InForce(next, entry.Index);
        CheckChange(server, before, entry, next);
    }

    /// <summary>§4.1: the latest configuration in the log is in force, committed or not.</summary>
    public void CheckInForce(IRuledServer server)
    {
        var core = server.Core;
        var expected = inForceAt[core.Log.LastEntry];
        if (expected.Configuration is null && !core.Configuration.Members.IsEmpty)
        {
            first ??= core.Configuration;
            Committed ??= first;
        }

        // A server that came later does not know with whom the cluster began.
        Require(
            core.Configuration.Equals(expected.Configuration ?? first) || (expected.Configuration is null && core.Configuration.Members.IsEmpty),
            "the latest configuration in the log is in force",
            $"{server.Name} with the log up to {core.Log.LastEntry} uses {Words(core.Configuration)} and not {Words(expected.Configuration ?? first)}");
    }

    /// <summary>§4.2.2: who does not vote in a committed configuration leads no more.</summary>
    public void CheckLeader(IRuledServer server)
    {
        var core = server.Core;
        var isOver = !core.Configuration.IsJoint && !core.Configuration.IsVoter(server.Id) && inForceAt[core.Log.LastEntry].Since <= core.Log.CommitIndex;
        Require(!isOver, "a leader that was removed steps down", $"{server.Name} leads term {core.Term}, but {Words(core.Configuration)} is committed");
    }

    /// <summary>An entry is committed; to be called in order.</summary>
    public void OnEntryCommitted(LogEntry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            Committed = inForceAt[entry.Id].Configuration;
            OnCommitted?.Invoke(Committed!);
        }
    }

    /// <summary>The voters and learners, for people.</summary>
    public static string Words(ClusterConfiguration? configuration) => configuration is null
        ? "none"
        : $"[{Names(configuration, configuration.Voters)}"
            + (configuration.IsJoint ? $" with [{Names(configuration, configuration.OutgoingVoters)}]" : "")
            + (configuration.Learners.IsEmpty ? "]" : $"; learning: {Names(configuration, configuration.Learners)}]");

    private static string Names(ClusterConfiguration configuration, IEnumerable<NodeId> ids) =>
        string.Join(' ', ids.Select(id => $"{configuration.Find(id)?.Name}/{id.ToString()[..4]}"));

    // Whoever holds an entry first has put it into the log.
    private void CheckChange(IRuledServer server, InForce before, LogEntry entry, ClusterConfiguration next)
    {
        var core = server.Core;
        var old = before.Configuration ?? first;
        if (old is null)
        {
            return;
        }

        Require(
            old.IsJoint ? !next.IsJoint && next.Voters.SequenceEqual(old.Voters)
                : next.IsJoint ? next.OutgoingVoters.SequenceEqual(old.Voters)
                : next.Voters.SequenceEqual(old.Voters),
            "voters change through a joint configuration",
            $"{server.Name} puts {Words(next)} after {Words(old)} into the log (§4.3)");
        if (core.Role == RoleKind.Leader && core.Term == entry.Term)
        {
            Require(
                before.Since <= core.Log.CommitIndex && core.Log.TermAt(core.Log.CommitIndex) == core.Term,
                "one change of the members at a time",
                $"{server.Name} begins to change to {Words(next)} at {entry.Id}; {Words(old)} of {before.Since} may not be committed: the commit index is {core.Log.CommitIndex}");
        }

        OnBegun?.Invoke(old, next);
    }

    /// <param name="Configuration">Null for the one that the cluster began with, which is in no log.</param>
    /// <param name="Since">The entry that it came with.</param>
    private sealed record InForce(ClusterConfiguration? Configuration, LogIndex Since);
}
