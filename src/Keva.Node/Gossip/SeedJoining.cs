namespace Keva.Node.Gossip;

/// <summary>
/// Which seeds to join next, and when. Quickly at first and more and more slowly while nobody else is alive; then, seldom,
/// those that no node is known at: they may be the other half of a cluster that was split when it began.
/// </summary>
internal sealed class SeedJoining(string ownAddress, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private const int MostDoublings = 10;

    private IReadOnlyList<string> seeds = [];
    private int attempts;

    public void Use(IReadOnlyList<string> addresses)
    {
        seeds = [.. addresses.Where(address => !string.Equals(address, ownAddress, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.Ordinal)];
        attempts = 0;
    }

    /// <summary>The first attempt of a series, whose failure is news.</summary>
    public bool IsFirstAttempt => attempts == 1;

    public IReadOnlyList<string> Next(bool hasOthersAlive, IEnumerable<GossipPeer> peers)
    {
        if (!hasOthersAlive)
        {
            attempts++;
            return seeds;
        }

        attempts = 0;
        return [.. seeds.Except(peers.Select(peer => peer.PeerAddress), StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>How long to wait then; nodes that start together must not try in step.</summary>
    public TimeSpan Pause()
    {
        var pause = attempts == 0 ? LongestPause : FirstPause * Math.Pow(2, Math.Min(attempts - 1, MostDoublings));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + random.NextDouble() / 2);
    }
}
