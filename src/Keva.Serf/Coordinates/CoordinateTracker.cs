namespace Keva.Serf.Coordinates;

/// <summary>
/// Finds this node's coordinate from the times that pings take, and remembers others'. Vivaldi with heights, and with the
/// adjustment term and the gravity of Ledlie et al. 2007, with serf's numbers.
/// </summary>
internal sealed class CoordinateTracker(Random random)
{
    private const double ErrorStep = 0.25;
    private const double PlaceStep = 0.25;
    private const double Gravity = 150;
    private const double Least = 1e-6;
    private const int AdjustmentWindow = 20;
    private const int LatencyWindow = 3;

    private static readonly TimeSpan LongestRoundTrip = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Coordinate> others = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<double>> latencies = new(StringComparer.Ordinal);
    private readonly double[] adjustments = new double[AdjustmentWindow];
    private int nextAdjustment;

    public Coordinate Own { get; private set; } = Coordinate.Origin;

    /// <summary>A ping of <paramref name="node"/>, which says it is at <paramref name="other"/>, took so long.</summary>
    public void Observe(string node, Coordinate other, TimeSpan roundTrip)
    {
        if (roundTrip < TimeSpan.Zero || roundTrip > LongestRoundTrip)
        {
            return;
        }

        var seconds = Math.Max(Least, Median(node, roundTrip.TotalSeconds));
        Move(other, seconds);
        Adjust(other, seconds);
        var distanceToOrigin = Own.DistanceTo(Coordinate.Origin);
        Own = Own.Pushed(-Math.Pow(distanceToOrigin / Gravity, 2), Coordinate.Origin, random);
        Own = Own.IsValid ? Own : Coordinate.Origin;
        others[node] = other;
    }

    /// <summary>How long a message to the node and back should take; null if its place is unknown.</summary>
    public TimeSpan? Estimate(string node) => others.TryGetValue(node, out var other) ? Estimate(Own, other) : null;

    /// <summary>From this node to itself: how far it is from the network, there and back.</summary>
    public TimeSpan? EstimateToSelf() => Estimate(Own, Own);

    /// <summary>The same between two others.</summary>
    public TimeSpan? Estimate(string from, string to) =>
        others.TryGetValue(from, out var one) && others.TryGetValue(to, out var other) ? Estimate(one, other) : null;

    public void Forget(string node)
    {
        others.Remove(node);
        latencies.Remove(node);
    }

    private static TimeSpan? Estimate(Coordinate from, Coordinate to) =>
        from.DistanceTo(to) is var seconds && seconds < LongestRoundTrip.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Of the last three, so that one slow answer does not move us.</summary>
    private double Median(string node, double seconds)
    {
        if (!latencies.TryGetValue(node, out var recent))
        {
            latencies[node] = recent = new Queue<double>(LatencyWindow + 1);
        }

        recent.Enqueue(seconds);
        if (recent.Count > LatencyWindow)
        {
            recent.Dequeue();
        }

        return recent.Order().ElementAt(recent.Count / 2);
    }

    private void Move(Coordinate other, double seconds)
    {
        var distance = Own.DistanceTo(other);
        var wrongness = Math.Abs(distance - seconds) / seconds;
        var weight = Own.Error / Math.Max(Least, Own.Error + other.Error);
        var error = ErrorStep * weight * wrongness + Own.Error * (1 - ErrorStep * weight);
        var force = PlaceStep * weight * (seconds - distance);
        Own = (Own with { Error = Math.Min(Coordinate.GreatestError, error) }).Pushed(force, other, random);
    }

    private void Adjust(Coordinate other, double seconds)
    {
        adjustments[nextAdjustment] = seconds - Own.RawDistanceTo(other);
        nextAdjustment = (nextAdjustment + 1) % AdjustmentWindow;
        Own = Own with { Adjustment = adjustments.Sum() / (2 * AdjustmentWindow) };
    }
}
