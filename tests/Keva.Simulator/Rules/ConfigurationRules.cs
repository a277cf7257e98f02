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
    private static readonly InForce AtFirst = new(null, EntryId.Zero);

    private readonly Dictionary<EntryId, InForce> inForceAt = new() { [EntryId.Zero] = AtFirst };
    private readonly HashSet<NodeId> removed = [];
    private ClusterConfiguration? first;

    /// <summary>The latest that is committed; null before there is a cluster.</summary>
    public ClusterConfiguration? Committed { get; private set; }

    /// <summary>Called when a configuration is put into a log for the first time.</summary>
    public Action<BegunChange>? OnBegun { get; init; }

    /// <summary>Whether a committed change has removed that node, if only for some time.</summary>
    public bool WasRemoved(NodeId node) => removed.Contains(node);

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
        inForceAt[entry.Id] = new InForce(next, entry.Id);
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
        var isOver = !core.Configuration.IsJoint && !core.Configuration.IsVoter(server.Id) && inForceAt[core.Log.LastEntry].Since.Index <= core.Log.CommitIndex;
        Require(!isOver, "a leader that was removed steps down", $"{server.Name} leads term {core.Term}, but {Words(core.Configuration)} is committed");
    }

    /// <summary>An entry is committed; to be called in order.</summary>
    public void OnEntryCommitted(LogEntry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            var configuration = inForceAt[entry.Id].Configuration!;
            removed.UnionWith((Committed ?? configuration).Members.Select(member => member.Id).Where(id => configuration.Find(id) is null));
            Committed = configuration;
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
                before.Since.Index <= core.Log.CommitIndex && core.Log.TermAt(core.Log.CommitIndex) == core.Term,
                "one change of the members at a time",
                $"{server.Name} begins to change to {Words(next)} at {entry.Id}; {Words(old)} of {before.Since} may not be committed: the commit index is {core.Log.CommitIndex}");
        }

        OnBegun?.Invoke(new BegunChange(old, before.Since.Term, next, entry.Term));
    }

    /// <param name="Configuration">Null for the one that the cluster began with, which is in no log.</param>
    /// <param name="Since">The entry that it came with.</param>
    private sealed record InForce(ClusterConfiguration? Configuration, EntryId Since);
}

/// <summary>A configuration was put into a log.</summary>
/// <param name="Before">The one before it.</param>
/// <param name="TermBefore">The term that it came from.</param>
/// <param name="After">The new one.</param>
/// <param name="TermAfter">The term of the leader that begins it.</param>
internal sealed record BegunChange(ClusterConfiguration Before, Term TermBefore, ClusterConfiguration After, Term TermAfter);
