using System.Globalization;
using Keva.Linearizability;

namespace Keva.Tests.Linearizability;

/// <summary>
/// Histories as a person writes them, an operation a line: <c>0-10 set a 1</c>, <c>5-? set a 2</c> (its outcome is not
/// known), <c>11-12 read a 1</c>, <c>read a nothing</c>, <c>delete a existed|absent|1</c> (the value that it
/// removed), <c>set a 2 existed</c>.
/// Revisions may follow: <c>@7</c> is the store's, <c>@7/5</c> also that of the key. A client is the number of its line.
/// </summary>
internal static class HistoryNotation
{
    public static Operation[] Parse(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select((line, number) => ParseLine(line, number + 1)).ToArray();

    private static Operation ParseLine(string line, int client)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var moments = words[0].Split('-');
        var revisions = words[^1].StartsWith('@') ? words[^1][1..].Split('/') : [];
        var results = words.Skip(3).Where(word => !word.StartsWith('@')).ToArray();
        return new Operation
        {
            Client = client,
            Key = words[2],
            Kind = words[1] switch { "set" => OperationKind.Set, "read" => OperationKind.Read, "delete" => OperationKind.Delete, _ => throw new FormatException(line) },
            Value = results.Where(result => char.IsAsciiDigit(result[0])).Select(result => (long?)Number(result)).SingleOrDefault(),
            Existed = results.Contains("existed") ? true : results.Contains("absent") ? false : null,
            Invoked = Number(moments[0]),
            Completed = moments[1] == "?" ? null : Number(moments[1]),
            StoreRevision = revisions.Length > 0 ? Number(revisions[0]) : null,
            ModRevision = revisions.Length > 1 ? Number(revisions[1]) : null,
        };
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
