using System.Diagnostics;

namespace Keva.Cli.Commands.Cluster;

/// <summary>
/// Follows the events of one node, and when that goes, of another: first the one that was asked for, then whoever its cluster
/// has, from the last event that was seen.
/// </summary>
/// <param name="first">The node that was asked for. It must answer; later ones may keep silent.</param>
/// <param name="printer">Where events go.</param>
/// <param name="since">The event after which to begin; null for what happens from now on.</param>
internal sealed class ClusterTail(NodeConnection first, ClusterTailPrinter printer, long? since)
{
    /// <summary>A node sends something every ten seconds.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly List<NodeAddress> known = [first.Node];
    private string followed = "";
    private long? lastSeen = since;

    public async Task RunAsync(CancellationToken cancellation)
    {
        await FollowAsync(first.Node, cancellation);
        var current = first.Node;
        var isSilent = false;
        while (true)
        {
            // The others first: the one that has just gone is likely to be away for a while.
            var began = Stopwatch.GetTimestamp();
            var next = await FollowAnyAsync(known.Where(address => address != current).Append(current), cancellation);
            if (next is null && !isSilent)
            {
                Terminal.Error($"no member answers at {string.Join(", ", known.Select(address => address.Url))}; trying on");
            }

            (current, isSilent) = (next ?? current, next is null);
            if (Stopwatch.GetElapsedTime(began) < Pause)
            {
                // Nobody answers, or who answers is about to stop.
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private async Task<NodeAddress?> FollowAnyAsync(IEnumerable<NodeAddress> addresses, CancellationToken cancellation)
    {
        foreach (var address in addresses.ToArray())
        {
            try
            {
                await FollowAsync(address, cancellation);
                return address;
            }
            catch (KevaRequestException)
            {
                // The next one, then.
            }
        }

        return null;
    }

    /// <summary>Until the node goes.</summary>
    /// <exception cref="KevaRequestException">It does not answer at all.</exception>
    private async Task FollowAsync(NodeAddress address, CancellationToken cancellation)
    {
        using var connection = new NodeConnection(address, ConnectPatience);
        var picture = await new ClusterClient(connection).GetAsync(cancellation);
        var query = lastSeen is { } id ? FormattableString.Invariant($"?since={id}") : "";
        using var response = await connection.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, connection.UrlOf("/v1/cluster/events" + query)), cancellation, isStream: true);

        // If it goes before anything happens, the next node is asked for what was since now.
        lastSeen ??= (response.Headers.Date ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds();
        Remember(picture);
        printer.Following(picture, address, followed);
        followed = picture.Node ?? address.Url.ToString();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in EventStreamReader.ReadAsync(stream, LongestSilence, cancellation))
        {
            lastSeen = item.Id ?? lastSeen;
            printer.Show(item, followed);
        }
    }

    private void Remember(ClusterModel picture)
    {
        foreach (var member in picture.Members.Where(member => member.Name != picture.Node))
        {
            if (NodeAddress.OfMember(member.HttpAddress) is { } address && known.All(other => other.Url != address.Url))
            {
                known.Add(address);
            }
        }
    }
}
