namespace Keva.Cluster.Tests.Harness;

/// <summary>A test that needs a program of the system, and is skipped, visibly, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfProgramAttribute : FactAttribute
{
    public FactIfProgramAttribute(string program)
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!directories.Any(directory => File.Exists(Path.Combine(directory, program))))
        {
            Skip = $"needs the program {program}, which is not on the PATH";
        }
    }
}
