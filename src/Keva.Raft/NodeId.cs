namespace Keva.Raft;

/// <summary>
/// The identity of a node: a random number drawn when its working directory was made, and kept there. Addresses and
/// names may change; this does not. Zero is "nobody".
/// </summary>
public readonly record struct NodeId(ulong Value) : IComparable<NodeId>
{
    public static readonly NodeId None = new(0);

    public bool IsNone => Value == 0;

    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <summary>Sixteen hexadecimal digits, the form that users see and that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out NodeId id)
    {
        var value = 0UL;
        var ok = text is { Length: 16 }
            && text.All(char.IsAsciiHexDigit) // the base library lets zero characters follow a number
            && ulong.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out value);
        id = new NodeId(value);
        return ok;
    }
}
