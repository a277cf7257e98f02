namespace Keva.Simulator.PlantedBugs;

/// <summary><c>--planted</c>: plants every bug and tells which rule catches it.</summary>
internal static class PlantedCommand
{
    /// <returns>0 if all were caught, 1 if not, 2 if they cannot be planted.</returns>
    public static int Run(string? only, bool quick, int threads)
    {
        try
        {
            var catches = PlantedRuns.Run(only, quick, threads, caught => Console.WriteLine(PlantedReport.Line(caught)));
            Console.WriteLine();
            foreach (var line in PlantedReport.Table(catches))
            {
                Console.WriteLine(line);
            }

            var missed = catches.Count(caught => caught.Rule is null);
            Console.WriteLine();
            Console.WriteLine($"{catches.Count - missed} of {catches.Count} planted bugs were caught");
            return missed == 0 ? 0 : 1;
        }
        catch (PlantingException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
    }
}
