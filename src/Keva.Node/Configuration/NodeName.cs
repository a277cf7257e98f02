namespace Keva.Node.Configuration;

/// <summary>What a node or a cluster may be called: names go into addresses, metrics, file names and gossip tags.</summary>
internal static class NodeName
{
    public const int MaxLength = 64;

    /// <summary>The rule in words, to follow "must be".</summary>
    public const string Rule = "1 to 64 characters out of A-Z a-z 0-9 . _ -, the first a letter or a digit";

    /// <summary>Null if the name is a good one.</summary>
    public static string? ProblemWith(string name)
    {
        var isGood = name.Length is > 0 and <= MaxLength
            && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        return isGood ? null : $"'{name}' is not a name: it must be {Rule}";
    }
}
