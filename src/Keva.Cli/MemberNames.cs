using System.CommandLine.Completions;

namespace Keva.Cli;

/// <summary>
/// The names of members, for completion at the prompt of <c>keva shell</c>, which keeps them up to date. Elsewhere there are
/// none: the completion of a shell does not ask nodes.
/// </summary>
internal static class MemberNames
{
    private static volatile IReadOnlyList<string> latest = [];

    public static IEnumerable<string> Known(CompletionContext context) => latest;

    public static void Keep(IReadOnlyList<string> names) => latest = names;
}
