namespace Keva.Cli.Commands.Cluster;

/// <summary>What a member says of the cluster itself, beside what others say of it.</summary>
/// <param name="Name">The member.</param>
/// <param name="Picture">The cluster as it sees it; null if it does not answer.</param>
/// <param name="Problem">Why there is no picture.</param>
/// <param name="Warnings">What it has noticed.</param>
internal sealed record MemberAnswer(string Name, ClusterModel? Picture, string? Problem, IReadOnlyList<WarningModel> Warnings);

/// <summary>Asks every member for its own picture: where they differ, something is wrong.</summary>
internal static class MemberSurvey
{
    /// <summary>So that one that hangs does not hold up the answer about the others.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<MemberAnswer>> AskAllAsync(NodeConnection asked, ClusterModel seen, CancellationToken cancellation) =>
        await Task.WhenAll(seen.Members.Select(member => AskAsync(asked, seen, member, cancellation)));

    private static async Task<MemberAnswer> AskAsync(NodeConnection asked, ClusterModel seen, ClusterMember member, CancellationToken cancellation)
    {
        try
        {
            if (member.Name == seen.Node)
            {
                // Its own address may lead nowhere from here; that which was asked does not.
                return new MemberAnswer(member.Name, seen, null, await new ClusterClient(asked).GetWarningsAsync(cancellation));
            }

            if (NodeAddress.OfMember(member.HttpAddress) is not { } address)
            {
                return Silent($"'{member.HttpAddress}' is no address");
            }

            using var connection = new NodeConnection(address, Patience);
            var client = new ClusterClient(connection);
            var picture = await client.GetAsync(cancellation);
            return picture.ClusterId is { } id && seen.ClusterId is { } own && id != own
                ? Silent($"the node at {address.Url} belongs to another cluster ({picture.Cluster}, {id})")
                : new MemberAnswer(member.Name, picture, null, await client.GetWarningsAsync(cancellation));
        }
        catch (KevaRequestException exception)
        {
            return Silent(exception.Message);
        }

        MemberAnswer Silent(string problem) => new(member.Name, null, problem, []);
    }
}
