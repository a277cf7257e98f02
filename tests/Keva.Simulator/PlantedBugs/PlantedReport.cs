using System.Globalization;

namespace Keva.Simulator.PlantedBugs;

/// <summary>What a person reads about planted bugs.</summary>
internal static class PlantedReport
{
    public static string Line(Catching caught) =>
        caught.Rule is null
            ? $"{caught.Bug.Name}: NOT CAUGHT in {caught.Seeds} seeds"
            : $"{caught.Bug.Name}: caught by '{caught.Rule}' at seed {caught.Seed}";

    /// <summary>The table of all, in the form of Markdown.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<Catching> catches)
    {
        yield return "| bug | area | what is wrong | caught by | at seed | seeds run | simulated seconds of it |";
        yield return "|---|---|---|---|---|---|---|";
        foreach (var caught in catches.OrderBy(caught => caught.Bug.Area, StringComparer.Ordinal).ThenBy(caught => caught.Bug.Name, StringComparer.Ordinal))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {caught.Bug.Name} | {caught.Bug.Area} | {caught.Bug.What} | {caught.Rule ?? "**nothing**"} | {caught.Seed} | {caught.Seeds} | {caught.Time.TotalSeconds:0.0} |");
        }
    }
}
