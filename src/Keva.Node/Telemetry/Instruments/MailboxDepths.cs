using Keva.Actors;

namespace Keva.Node.Telemetry.Instruments;

/// <summary>How many messages wait at the actors, by names that stay the same over the life of a node.</summary>
internal static class MailboxDepths
{
    private const string PeerPrefix = "peer-";

    /// <summary>One line for each name; actors of one name count together.</summary>
    public static IEnumerable<(string Actor, int Messages)> Of(ActorSystem? system) => system is null
        ? []
        : system.GetMailboxDepths()
            .GroupBy(depth => NameOf(depth.Actor.Name), StringComparer.Ordinal)
            .Select(group => (group.Key, group.Sum(depth => depth.Messages)));

    /// <summary>The actor for a peer has a number behind the peer's name, another each time it is made anew.</summary>
    private static string NameOf(string name) =>
        name.StartsWith(PeerPrefix, StringComparison.Ordinal) && name.LastIndexOf('-') is var end && end > PeerPrefix.Length
            ? name[..end]
            : name;
}
