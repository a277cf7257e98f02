namespace Keva.Simulator.PlantedBugs;

/// <summary>A change of one place of the product that makes it wrong, as one file describes it.</summary>
/// <param name="Name">The file's name without its ending.</param>
/// <param name="Area">What part of the product it concerns.</param>
/// <param name="What">What is wrong then, in a sentence.</param>
/// <param name="Seed">A seed that is known to catch it quickly; null if none is noted.</param>
internal sealed record PlantedBug(string Name, string Area, string What, int? Seed, IReadOnlyList<BugEdit> Edits);

/// <summary>One text in the place of another.</summary>
/// <param name="File">Relative to the root of the repository.</param>
/// <param name="Find">Occurs exactly once in the file.</param>
/// <param name="Replace">Holds <see cref="BugFileReader.Active"/> where the bug must be asked for.</param>
internal sealed record BugEdit(string File, string Find, string Replace);

/// <summary>A bug that cannot be planted: its file is malformed, or the code that it changes is not there any more.</summary>
internal sealed class PlantingException(string message) : Exception(message);
