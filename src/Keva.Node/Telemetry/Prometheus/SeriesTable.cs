using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Keva.Node.Telemetry.Prometheus;

/// <summary>
/// Finds the series for a set of tags. Tags whose values are strings that stay the same objects, as those on the path of a
/// request do, are found by their references, without a lock and without looking at a character.
/// </summary>
/// <param name="make">Makes the series for labels that are seen for the first time.</param>
internal sealed class SeriesTable(Func<string, MetricSeries> make)
{
    /// <summary>So many sets of labels at most; what comes past it is counted together, so that no mistake eats the memory.</summary>
    public const int MostSeries = 2_000;

    /// <summary>The labels of that rest.</summary>
    public const string Overflow = "overflow=\"true\"";

    private const int MostKnown = 2 * MostSeries;
    private const int Buckets = 256;

    private readonly Known?[] known = new Known?[Buckets];
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, MetricSeries> byLabels = new(StringComparer.Ordinal);
    private int knownCount;

    /// <summary>All series in the order of their labels.</summary>
    public ImmutableArray<MetricSeries> All
    {
        get
        {
            lock (gate)
            {
                return [.. byLabels.Values];
            }
        }
    }

    public MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var bucket = BucketOf(tags);
        for (var entry = Volatile.Read(ref known[bucket]); entry is not null; entry = entry.Next)
        {
            if (entry.IsFor(tags))
            {
                return entry.Series;
            }
        }

        return FindByLabels(tags, bucket);
    }

    private static int BucketOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = tags.Length;
        foreach (ref readonly var tag in tags)
        {
            hash = (hash * 31) + RuntimeHelpers.GetHashCode(tag.Value);
        }

        return (hash ^ (hash >> 16)) & (Buckets - 1);
    }

    private MetricSeries FindByLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, int bucket)
    {
        var labels = LabelText.Of(tags);
        lock (gate)
        {
            if (!byLabels.TryGetValue(labels, out var series))
            {
                labels = byLabels.Count < MostSeries ? labels : Overflow;
                if (!byLabels.TryGetValue(labels, out series))
                {
                    byLabels.Add(labels, series = make(labels));
                }
            }

            // A boxed number is another object each time; to remember it would be of no use.
            if (knownCount < MostKnown && AreStrings(tags))
            {
                knownCount++;
                Volatile.Write(ref known[bucket], new Known(tags.ToArray(), series, known[bucket]));
            }

            return series;
        }
    }

    private static bool AreStrings(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (ref readonly var tag in tags)
        {
            if (tag.Value is not string)
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Known(KeyValuePair<string, object?>[] tags, MetricSeries series, Known? next)
    {
        public MetricSeries Series => series;

        public Known? Next => next;

        public bool IsFor(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (!ReferenceEquals(others[i].Value, tags[i].Value) || !ReferenceEquals(others[i].Key, tags[i].Key))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
