using Keva.Node.Consensus;

namespace Keva.Node.Gateway;

/// <summary>The latest view of the cluster, for any thread to read. Written by the gateway's actor alone.</summary>
public sealed class ClusterViewHolder(ClusterView initial)
{
    private volatile ViewPublished latest = new(initial, null);

    public ClusterView Current => latest.View;

    /// <summary>The consensus in numbers, as of the same moment; null while there is none.</summary>
    public ConsensusStatistics? Statistics => latest.Statistics;

    public void Publish(ViewPublished view) => latest = view;

    /// <summary>Time since this node last heard from a leader; null if it never did.</summary>
    public TimeSpan? AgeAt(TimeSpan now) => latest.LeaderContact is { } contact ? now - contact : null;
}
