using Keva.Raft;

namespace Keva.Journal.Directories;

/// <summary>Who the node is that owns a working directory.</summary>
/// <param name="Node">Drawn at random when the directory was made.</param>
/// <param name="Name">The name under which the operator starts it.</param>
/// <param name="Cluster">The cluster's id; zero as long as the node belongs to none.</param>
/// <param name="FirstConfiguration">
/// The encoded configuration with which the cluster was formed, on the nodes that formed it; otherwise empty. Set
/// together with <paramref name="Cluster"/>, and changed only together with it, when the node begins a cluster anew.
/// </param>
/// <param name="IsAdmitted">
/// Whether a committed configuration has named the node, as far as it knows. What is in its log but not committed may still
/// be undone, and then nobody but the node would know of it.
/// </param>
public sealed record NodeIdentity(NodeId Node, string Name, ulong Cluster, ReadOnlyMemory<byte> FirstConfiguration, bool IsAdmitted = false)
{
    /// <summary>Whether the node belongs to a cluster. From then on it has a journal and must never be without.</summary>
    public bool IsFormed => Cluster != 0;

    public bool Equals(NodeIdentity? other) =>
        other is not null
        && Node == other.Node
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && Cluster == other.Cluster
        && IsAdmitted == other.IsAdmitted
        && FirstConfiguration.Span.SequenceEqual(other.FirstConfiguration.Span);

    public override int GetHashCode() => HashCode.Combine(Node, Cluster);
}
