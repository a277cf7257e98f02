using System.Net;
using Keva.Serf;

namespace Keva.Node.Gossip;

/// <summary>
/// One attempt to join the nodes at some addresses: first all names are looked up, then all that was found is tried. An
/// address has answered if one of its endpoints has.
/// </summary>
internal sealed class JoinAttempt(IReadOnlyList<string> addresses, bool ignoreOldEvents, Action<GossipJoinOutcome> finished)
{
    private readonly List<(string Address, IPEndPoint EndPoint)> found = [];
    private readonly List<GossipJoinFailure> failures = [];
    private int unresolved = addresses.Count;

    public bool IgnoreOldEvents => ignoreOldEvents;

    public IReadOnlyCollection<IPEndPoint> EndPoints => [.. found.Select(entry => entry.EndPoint).Distinct()];

    /// <summary>Whether that was the last name.</summary>
    public bool OnResolved(string address, IReadOnlyList<IPEndPoint> endPoints, string? problem)
    {
        found.AddRange(endPoints.Select(endPoint => (address, endPoint)));
        if (endPoints.Count == 0)
        {
            failures.Add(new GossipJoinFailure(address, problem ?? "it has no address"));
        }

        return --unresolved == 0;
    }

    public void OnFinished(JoinFinished result)
    {
        var reasons = result.Failures.ToDictionary(failure => failure.Address, failure => failure.Reason);
        var contacted = 0;
        foreach (var address in found.GroupBy(entry => entry.Address, StringComparer.Ordinal))
        {
            if (address.Any(entry => !reasons.ContainsKey(entry.EndPoint)))
            {
                contacted++;
            }
            else
            {
                failures.Add(new GossipJoinFailure(address.Key, string.Join("; ", address.Select(entry => $"{entry.EndPoint}: {reasons[entry.EndPoint]}"))));
            }
        }

        finished(new GossipJoinOutcome(contacted, failures));
    }
}
