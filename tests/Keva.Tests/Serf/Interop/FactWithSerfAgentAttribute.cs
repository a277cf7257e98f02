namespace Keva.Tests.Serf.Interop;

/// <summary>A test against real agents, skipped, visibly, where the program <c>serf</c> is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithSerfAgentAttribute : FactAttribute
{
    public FactWithSerfAgentAttribute()
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!directories.Any(directory => File.Exists(Path.Combine(directory, "serf"))))
        {
            Skip = "needs the program serf, which is not on the PATH";
        }
    }
}
