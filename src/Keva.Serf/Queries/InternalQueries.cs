using Keva.Serf.Keys;
using Keva.Serf.Members;
using Keva.Serf.Wire;

namespace Keva.Serf.Queries;

/// <summary>Questions that nodes put to each other for their own purposes. An application never sees them.</summary>
internal sealed class InternalQueries(MemberTable members, KeyRequests keyRequests)
{
    public const string Ping = Prefix + "ping";

    public const string Conflict = Prefix + "conflict";

    private const string Prefix = "_serf_";

    public static bool IsInternal(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Null where there is nothing to say: to a ping the acknowledgement is enough.</summary>
    public byte[]? Answer(ReceivedQuery query) => query.Name switch
    {
        Conflict => AnswerConflict(System.Text.Encoding.UTF8.GetString(query.Payload)),
        KeyQueries.Install or KeyQueries.Use or KeyQueries.Remove or KeyQueries.List => keyRequests.Answer(query),
        _ => null,
    };

    private byte[]? AnswerConflict(string name) =>
        // Who is party to the dispute has no vote.
        members.IsSelf(name) ? null : SerfEncoder.Encode(new ConflictResponseMessage(members.Find(name)?.ToRecord()));
}
