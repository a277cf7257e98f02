using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Node.Hosting;

/// <summary>
/// Whether this node is a member of its cluster, as far as it can know. That its log names it is not enough: an entry that
/// is not committed can be undone, and then nobody else has ever heard of the node.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="isToldToJoin">Whether it was started to join.</param>
internal sealed class Admission(NodeId self, bool isToldToJoin)
{
    private bool isCommitted;
    private bool wasNamed;

    /// <summary>Whether a committed configuration has named the node since it last asked to join.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>Whether the configuration in force names it.</summary>
    public bool IsNamed { get; private set; }

    /// <summary>Whether it was a member while it ran, and is none any more.</summary>
    public bool HasEnded => IsAdmitted && wasNamed && !IsNamed && isCommitted;

    /// <summary>
    /// Whether it may have been removed without being able to see that: its log names it still, or holds the removal and not
    /// that it is committed, which nobody tells a node that is no member.
    /// </summary>
    public bool CanHaveEndedUnseen => IsAdmitted && (IsNamed || !isCommitted);

    /// <param name="isAdmitted">What is written down from earlier.</param>
    public void Begin(bool isAdmitted) => IsAdmitted = isAdmitted;

    /// <summary>Another configuration is in force, or it is committed now.</summary>
    public void OnConfiguration(ClusterConfiguration configuration, bool committed)
    {
        isCommitted = committed;
        IsNamed = configuration.Find(self) is not null;
        if (IsNamed)
        {
            wasNamed = true;
            IsAdmitted |= committed;
        }
        else if (!wasNamed && isToldToJoin)
        {
            // It left, or was removed, and is to join again.
            IsAdmitted = false;
        }
    }
}
