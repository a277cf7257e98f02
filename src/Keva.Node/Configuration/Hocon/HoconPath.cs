namespace Keva.Node.Configuration.Hocon;

/// <summary>Paths through objects, as text.</summary>
internal static class HoconPath
{
    /// <summary>Joins with dots; what could be misread stands in quotes.</summary>
    public static string Render(IEnumerable<string> path) => string.Join('.', path.Select(Render));

    private static string Render(string element) =>
        element.Length > 0 && element.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? element
            : "\"" + element.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
