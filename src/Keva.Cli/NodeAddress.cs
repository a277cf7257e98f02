using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace Keva.Cli;

/// <summary>A node's URL, and who named it: that is what to look at when no node answers there.</summary>
/// <param name="Url">Where users reach the node.</param>
/// <param name="Source">What named it.</param>
internal sealed record NodeAddress(Uri Url, string Source)
{
    public const string Default = "http://127.0.0.1:3800";
    public const string Variable = "KEVA_ADDRESS";
    private const string OptionName = "--address";
    private const string Member = "member";

    /// <param name="recursive">Whether subcommands take it, too.</param>
    public static Option<string?> CreateOption(bool recursive = false) => new(OptionName, "-address")
    {
        Description = $"a node's URL (default: {Variable}, then {Default})",
        HelpName = "url",
        Recursive = recursive,
    };

    /// <summary>What to check when no node answers.</summary>
    public string Advice => Source switch
    {
        Default => $"is one running? {OptionName} or {Variable} name another",
        Member => "is it running, and can it be reached from here?",
        _ => $"is it running, and is {Source} right?",
    };

    /// <summary>What to check when something else answers.</summary>
    public string AdviceOnStranger => Source is Default or Member ? $"{OptionName} or {Variable} name another" : $"is {Source} right?";

    /// <summary>Where another node says that a member is reached; null if that is no address.</summary>
    public static NodeAddress? OfMember(string httpAddress) =>
        Uri.TryCreate("http://" + httpAddress, UriKind.Absolute, out var url) ? new NodeAddress(url, Member) : null;

    public static bool TryFind(string? given, [NotNullWhen(true)] out NodeAddress? address, [NotNullWhen(false)] out string? problem)
    {
        var variable = Environment.GetEnvironmentVariable(Variable);
        var (text, source) = given is not null ? (given, OptionName) : !string.IsNullOrEmpty(variable) ? (variable, Variable) : (Default, Default);
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp;
        address = isUrl ? new NodeAddress(url!, source) : null;
        problem = isUrl ? null : $"'{text}' is not the URL of a node; one looks like {Default}";
        return isUrl;
    }
}
