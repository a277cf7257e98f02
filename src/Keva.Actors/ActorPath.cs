namespace Keva.Actors;

/// <summary>
/// Where an actor lives in its system's tree, as <c>/user/a/b</c>. A name may be used again after its actor has ended,
/// hence the number that tells the two apart.
/// </summary>
public sealed class ActorPath
{
    private const string PunctuationInNames = "-_.*+:@&=,!~';()$";

    private readonly string _systemName;
    private string? _elements;

    internal ActorPath(string systemName, ActorPath? parent, string name, long uid)
    {
        _systemName = systemName;
        Parent = parent;
        Name = name;
        Uid = uid;
    }

    public string Name { get; }

    /// <summary>The path above, or none for the top.</summary>
    public ActorPath? Parent { get; }

    /// <summary>Counts up in the order of creation within one system; names one incarnation.</summary>
    public long Uid { get; }

    /// <summary>The path without the system, <c>/user/a/b</c>.</summary>
    public string ToStringWithoutAddress() => _elements ??= Parent?.ToStringWithoutAddress() + "/" + Name;

    public override string ToString() => $"keva://{_systemName}{ToStringWithoutAddress()}";

    /// <summary>True for what may be given to <c>ActorOf</c>: ASCII letters, digits, some punctuation, and no <c>$</c> in front.</summary>
    public static bool IsValidPathElement(string? name)
    {
        if (string.IsNullOrEmpty(name) || name[0] == '$')
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !PunctuationInNames.Contains(character, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
