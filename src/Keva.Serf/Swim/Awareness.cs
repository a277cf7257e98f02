namespace Keva.Serf.Swim;

/// <summary>
/// A node's doubt about its own health (Lifeguard, local health multiplier): who misses answers that it should have got is
/// likely to be slow itself, and gives others more time.
/// </summary>
internal sealed class Awareness(int maxMultiplier)
{
    /// <summary>Zero is healthy.</summary>
    public int Score { get; private set; }

    public void Apply(int delta) => Score = Math.Clamp(Score + delta, 0, maxMultiplier - 1);

    public TimeSpan Scale(TimeSpan interval) => interval * (Score + 1);
}
