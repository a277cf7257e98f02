using System.Globalization;
using System.Text;

namespace Keva.Linearizability;

/// <summary>Operations as lines that a person can compare.</summary>
internal static class HistoryText
{
    /// <summary>One operation, its moments counted from <paramref name="origin"/>.</summary>
    public static string Line(Operation operation, long origin)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"client {operation.Client,-3} {Moment(operation.Invoked, origin),13} to {Moment(operation.Completed, origin),13}  {What(operation)}");
        if (operation.StoreRevision is { } store)
        {
            text.Append(CultureInfo.InvariantCulture, $"  (store revision {store}");
            text.Append(operation.ModRevision is { } mod ? string.Create(CultureInfo.InvariantCulture, $", key's {mod})") : ")");
        }

        return text.Append(operation.Note is null ? "" : "  ").Append(operation.Note).ToString();
    }

    public static void AppendLines(StringBuilder text, IEnumerable<Operation> operations, long origin)
    {
        foreach (var operation in operations)
        {
            text.Append("  ").Append(Line(operation, origin)).Append('\n');
        }
    }

    private static string What(Operation operation)
    {
        var value = operation.Value?.ToString(CultureInfo.InvariantCulture);
        var what = operation.Kind switch
        {
            OperationKind.Read => $"read \"{operation.Key}\": {value ?? "nothing"}",
            OperationKind.Set => $"set \"{operation.Key}\" to {value}",
            _ => $"delete \"{operation.Key}\"" + (value is null ? "" : $", which held {value}"),
        };
        return what + operation.Existed switch { true => ", existed", false => ", did not exist", null => "" };
    }

    private static string Moment(long? moment, long origin) =>
        moment is { } known ? (known - origin).ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture) : "unknown";
}
