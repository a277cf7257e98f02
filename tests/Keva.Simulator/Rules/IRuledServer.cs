using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Simulator.Rules;

/// <summary>A running server, as far as the rules of Raft look at it.</summary>
internal interface IRuledServer
{
    NodeId Id { get; }

    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Counts the starts of this server.</summary>
    int Incarnation { get; }

    RaftCore Core { get; }

    /// <summary>Term and vote as they are on its disk.</summary>
    HardState DurableHardState { get; }

    /// <summary>What the rules saw of its log last.</summary>
    LogMirror Mirror { get; }

    /// <summary>Up to where the rules saw its log committed.</summary>
    LogIndex CheckedCommit { get; set; }

    /// <summary>The configuration that the rules saw it use last.</summary>
    ClusterConfiguration? CheckedConfiguration { get; set; }

    /// <summary>Whether its disk, journal or checkpoint, covers the entry.</summary>
    bool HoldsDurably(EntryId id);
}
