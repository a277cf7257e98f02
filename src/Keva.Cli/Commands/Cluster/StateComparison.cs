using System.Globalization;

namespace Keva.Cli.Commands.Cluster;

/// <summary>
/// Whether the members have the same data. Each tells a hash of its state and the entry that it is of; the leader tells those
/// of the others, too. Only hashes of the same entry can be compared.
/// </summary>
internal sealed class StateComparison
{
    private readonly IReadOnlyList<IGrouping<string, string>> groups;

    /// <param name="pictures">The cluster as one or more members see it.</param>
    public StateComparison(IEnumerable<ClusterModel> pictures)
    {
        var marks = pictures
            .SelectMany(picture => picture.Members)
            .Select(member => (member.Name, Mark: Parse(member.StateHash)))
            .Where(entry => entry.Mark is not null)
            .Select(entry => (entry.Name, entry.Mark!.Value.Hash, entry.Mark.Value.Index))
            .Distinct()
            .GroupBy(mark => mark.Index)
            .ToList();
        var chosen = marks.Where(IsDifferent).MaxBy(group => group.Key)
            ?? marks.OrderByDescending(group => group.Select(mark => mark.Name).Distinct(StringComparer.Ordinal).Count()).ThenByDescending(group => group.Key).FirstOrDefault();
        Index = chosen?.Key;
        groups =
        [
            .. (chosen ?? Enumerable.Empty<(string Name, string Hash, long Index)>())
                .GroupBy(mark => mark.Hash, mark => mark.Name, StringComparer.Ordinal)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>The entry at which hashes are compared; null if there are none.</summary>
    public long? Index { get; }

    public bool HasDiverged => groups.Count > 1;

    /// <summary>The members by the hash that they have, the most first.</summary>
    public IEnumerable<(string Hash, IEnumerable<string> Members)> Groups =>
        groups.Select(group => (group.Key, (IEnumerable<string>)group.Order(StringComparer.Ordinal)));

    public string Sentence => groups switch
    {
        [] => "nothing to compare yet",
        [var only] when only.Count() == 1 => string.Create(CultureInfo.InvariantCulture, $"known of {only.First()} only, at entry {Index}: nothing to compare it with"),
        [var only] => string.Create(CultureInfo.InvariantCulture, $"equal on {string.Join(", ", only.Order(StringComparer.Ordinal))} at entry {Index}"),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"DIFFERENT at entry {Index}: {string.Join("; ", Groups.Select(group => $"{string.Join(", ", group.Members)} {(group.Members.Count() == 1 ? "has" : "have")} {Short(group.Hash)}"))}"),
    };

    /// <summary>Enough of a hash for people to see whether two are the same.</summary>
    public static string Short(string hash) => hash.Length > 8 ? hash[..8] : hash;

    /// <summary><c>hash@entry</c>, or null if it is not that.</summary>
    public static (string Hash, long Index)? Parse(string? text) =>
        text?.Split('@') is [var hash, var index] && long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (hash, number)
            : null;

    private static bool IsDifferent(IEnumerable<(string Name, string Hash, long Index)> marks) =>
        marks.Select(mark => mark.Hash).Distinct(StringComparer.Ordinal).Count() > 1;
}
