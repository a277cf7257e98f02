using System.Globalization;
using Keva.Node.Configuration;
using Keva.Node.Transport;
using Keva.Node.Transport.Tcp;
using Keva.Raft;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>
/// What a node says of itself in its tags: <c>role=keva</c>, <c>cluster=NAME/ID</c> (without the id while it is in no
/// cluster), <c>id</c>, <c>keva</c> and <c>http</c> (its addresses), <c>vsn</c>, and <c>status=joining</c> for as long as
/// that is so.
/// </summary>
internal static class MemberTags
{
    private const string Role = "role";
    private const string RoleOfNodes = "keva";
    private const string Cluster = "cluster";
    private const string Id = "id";
    private const string AddressOfPeer = "keva";
    private const string AddressOfHttp = "http";
    private const string Version = "vsn";
    private const string Status = "status";
    private const string Joining = "joining";
    private const int LongestText = 300;

    public static SortedDictionary<string, string> Of(MembershipSetup setup, ClusterId cluster, bool isJoining)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Role] = RoleOfNodes,
            [Cluster] = cluster.IsNone ? setup.ClusterName : $"{setup.ClusterName}/{cluster}",
            [Id] = setup.Node.ToString(),
            [AddressOfPeer] = setup.PeerAddress,
            [AddressOfHttp] = setup.HttpAddress,
            [Version] = setup.Version,
        };
        if (isJoining)
        {
            tags[Status] = Joining;
        }

        return tags;
    }

    /// <summary>Whether this is a node of this program, and not some agent.</summary>
    public static bool IsNode(IReadOnlyDictionary<string, string> tags) => Tag(tags, Role) == RoleOfNodes;

    /// <summary>
    /// Whether a member with these tags may be in one gossip with this node: it is of no cluster at all, as agents are, or
    /// its cluster has the same name and, where both have one, the same id.
    /// </summary>
    public static bool IsOfCluster(string clusterName, ClusterId cluster, IReadOnlyDictionary<string, string> tags) =>
        !IsNode(tags)
        || (TryReadCluster(Tag(tags, Cluster), out var name, out var id)
            && string.Equals(name, clusterName, StringComparison.Ordinal)
            && (id.IsNone || cluster.IsNone || id == cluster));

    /// <summary>Null if the tags are not those of a node.</summary>
    public static GossipPeer? Read(Member member)
    {
        var tags = member.Tags;
        if (!IsNode(tags)
            || NodeName.ProblemWith(member.Name) is not null
            || !TryReadCluster(Tag(tags, Cluster), out var name, out var cluster)
            || !TryReadId(Tag(tags, Id), out var id)
            || id == 0
            || !IsAddress(Tag(tags, AddressOfPeer))
            || !IsAddress(Tag(tags, AddressOfHttp))
            || !IsText(Tag(tags, Version)))
        {
            return null;
        }

        return new GossipPeer(
            new NodeId(id),
            member.Name,
            name,
            cluster,
            Tag(tags, AddressOfPeer),
            Tag(tags, AddressOfHttp),
            Tag(tags, Version),
            Tag(tags, Status) == Joining,
            member.Status);
    }

    private static string Tag(IReadOnlyDictionary<string, string> tags, string name) => tags.GetValueOrDefault(name, "");

    private static bool TryReadCluster(string text, out string name, out ClusterId cluster)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        name = slash < 0 ? text : text[..slash];
        ulong id = 0;
        var isGood = NodeName.ProblemWith(name) is null && (slash < 0 || (TryReadId(text[(slash + 1)..], out id) && id != 0));
        cluster = new ClusterId(id);
        return isGood;
    }

    private static bool TryReadId(string text, out ulong id)
    {
        id = 0;
        return text.Length == 16 && NumberText.TryParse(text, NumberStyles.AllowHexSpecifier, out id);
    }

    // The parser for addresses that are dialled; it also takes names that this machine cannot resolve.
    private static bool IsAddress(string text) => IsText(text) && PeerAddress.TryParse(text, out _, out _);

    private static bool IsText(string text) => text.Length is > 0 and <= LongestText && !text.Any(char.IsControl);
}
