using System.Diagnostics;

namespace Keva.Cluster.Tests.Harness;

/// <summary>Who nodes say is in their cluster.</summary>
internal static class Membership
{
    /// <summary>Waits until each of the nodes shows these members and no others, all of them up, and one leads.</summary>
    /// <returns>How long that took.</returns>
    public static async Task<TimeSpan> WaitForMembersAsync(this IReadOnlyCollection<NodeUnderTest> witnesses, IEnumerable<NodeUnderTest> members, int voters)
    {
        var began = Stopwatch.GetTimestamp();
        var names = members.Select(member => member.Name).Order(StringComparer.Ordinal).ToArray();
        var seen = "nothing yet";
        try
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    var pictures = await Task.WhenAll(witnesses.Select(async witness => (witness.Name, Picture: await witness.Client.ClusterAsync())));
                    seen = string.Join('\n', pictures.Select(seen => $"{seen.Name}: {Describe(seen.Picture)}"));
                    return Array.TrueForAll(pictures, seen => IsComplete(seen.Picture, names, voters));
                },
                $"{string.Join(", ", witnesses.Select(witness => witness.Name))} show the members {string.Join(", ", names)}, {voters} of them voters");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}; last seen:\n{seen}", exception);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Waits until the node shows the member with this status.</summary>
    /// <returns>How long that took.</returns>
    public static async Task<TimeSpan> WaitForStatusAsync(this NodeUnderTest witness, string member, string status)
    {
        var began = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync(
            async () => (await witness.Client.ClusterAsync()).Members.Any(line => line.Name == member && line.Status == status),
            $"{witness.Name} shows {member} as {status}");
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Waits until the node is not ready, and says so in such words.</summary>
    public static Task<string> WaitUntilNotReadyAsync(this NodeUnderTest node, string because) =>
        Eventually.ResultOfAsync(
            async () => await node.WhyNotReadyAsync() is { } reason && reason.Contains(because, StringComparison.Ordinal) ? reason : null,
            $"{node.Name} is not ready because '{because}'");

    public static string Describe(ClusterPicture picture) =>
        $"{picture.Leader ?? "nobody"} leads in term {picture.Term}; "
        + string.Join(", ", picture.Members.Select(member => $"{member.Name} {member.Id} {member.Role} {member.Status} at {member.KevaAddress}"));

    private static bool IsComplete(ClusterPicture picture, string[] names, int voters) =>
        picture.Leader is not null
        && picture.Names.SequenceEqual(names, StringComparer.Ordinal)
        && picture.Members.Count(member => member.IsVoter) == voters
        && picture.Members.All(member => member.Status == "up");
}
