using System.Diagnostics;

namespace Keva.Simulator.PlantedBugs;

/// <summary>
/// A copy of the sources with all bugs in it, each asleep until a process, or a thread of one, is told to wake it: so one build
/// serves all. The sources themselves know nothing of it.
/// </summary>
internal sealed class PlantedCopy
{
    /// <summary>Names the bug that a process of the copy has.</summary>
    public const string Variable = "KEVA_PLANTED_BUG";

    private const string Switch = $$"""
        namespace Keva;

        internal static class PlantedBug
        {
            private static readonly string? ActiveInProcess = System.Environment.GetEnvironmentVariable("{{Variable}}");

            [System.ThreadStatic]
            private static string? {{Awakening.Field}};

            public static bool IsActive(string name) => string.Equals(name, {{Awakening.Field}} ?? ActiveInProcess, System.StringComparison.Ordinal);
        }
        """;

    private static readonly string[] Folders = ["src", "hocon", "tests/Keva.Simulator", "tests/Keva.Linearizability"];

    private readonly string repository;
    private readonly string root;

    /// <param name="repository">The root of the repository.</param>
    public PlantedCopy(string repository)
    {
        this.repository = repository;
        root = Path.Combine(repository, "artifacts", "planted");
    }

    /// <summary>The simulator of the copy.</summary>
    public string Program => Path.Combine(root, "artifacts", "bin", "Keva.Simulator", "release", "Keva.Simulator");

    /// <summary>The text with the bug in it.</summary>
    /// <exception cref="PlantingException">What it changes is not there, or not once.</exception>
    internal static string Apply(PlantedBug bug, BugEdit edit, string? text)
    {
        if (text is null)
        {
            throw new PlantingException($"{bug.Name} does not apply any more: there is no {edit.File}");
        }

        var at = text.IndexOf(edit.Find, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(edit.Find, at + 1, StringComparison.Ordinal) >= 0)
        {
            throw new PlantingException($"{bug.Name} does not apply any more: its text is in {edit.File} {(at < 0 ? "no more" : "more than once")}: {edit.Find}");
        }

        var replacement = edit.Replace.Replace(BugFileReader.Active, $"Keva.PlantedBug.IsActive(\"{bug.Name}\")", StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + edit.Find.Length));
    }

    /// <summary>Brings the copy up to date and builds it.</summary>
    /// <exception cref="PlantingException">A bug does not apply any more, or the result does not build.</exception>
    public void Make(IReadOnlyList<PlantedBug> bugs)
    {
        var files = Originals();
        foreach (var bug in bugs)
        {
            foreach (var edit in bug.Edits)
            {
                files[edit.File] = Apply(bug, edit, files.GetValueOrDefault(edit.File));
            }
        }

        foreach (var project in files.Keys.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal)).ToArray())
        {
            files[Path.GetDirectoryName(project) + "/PlantedBug.cs"] = Switch;
        }

        Write(files);
        Build();
    }

    private SortedDictionary<string, string> Originals()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var all = Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(repository, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(repository, "*.props"))
            .Concat(Directory.GetFiles(repository, "*.targets"))
            .Concat(Directory.GetFiles(repository, "BannedSymbols*.txt"));
        foreach (var path in all)
        {
            files[Path.GetRelativePath(repository, path).Replace('\\', '/')] = File.ReadAllText(path);
        }

        return files;
    }

    // What did not change keeps its time, so that only what did is built again.
    private void Write(SortedDictionary<string, string> files)
    {
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path) || File.ReadAllText(path) != text)
            {
                File.WriteAllText(path, text);
            }
        }

        foreach (var folder in Folders)
        {
            foreach (var path in Directory.GetFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            {
                if (!files.ContainsKey(Path.GetRelativePath(root, path).Replace('\\', '/')))
                {
                    File.Delete(path);
                }
            }
        }
    }

    private void Build()
    {
        // Bugs need not be well written.
        string[] arguments =
        [
            "build", "tests/Keva.Simulator/Keva.Simulator.csproj", "-c", "Release", "--nologo", "-v", "quiet",
            "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:EnforceCodeStyleInBuild=false", "-p:NoWarn=CS0162%3BCS0168%3BCS0219%3BCS8321%3BCS0164",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode != 0)
        {
            throw new PlantingException($"the copy with the bugs does not build:\n{output}");
        }
    }
}
