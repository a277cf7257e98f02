using System.Reflection;

namespace Keva.Node.Hosting;

/// <summary>The version of this program, for people to read.</summary>
public static class NodeVersion
{
    public static readonly string Text =
        typeof(NodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
