using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Keva.Node.Configuration.Toml;

/// <summary>A value of a TOML document and where it stands.</summary>
public abstract class TomlValue
{
    private protected TomlValue(SourcePosition position) => Position = position;

    public SourcePosition Position { get; }

    /// <summary>What it is, for messages: "an integer".</summary>
    public abstract string KindName { get; }
}

public sealed class TomlString(string value, SourcePosition position) : TomlValue(position)
{
    public string Value { get; } = value;

    public override string KindName => "a string";

    public override string ToString() => Value;
}

public sealed class TomlInteger(long value, SourcePosition position) : TomlValue(position)
{
    public long Value { get; } = value;

    public override string KindName => "an integer";

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

public sealed class TomlFloat(double value, SourcePosition position) : TomlValue(position)
{
    public double Value { get; } = value;

    public override string KindName => "a float";

    /// <summary>As TOML writes it, so that it reads back as the same float.</summary>
    public override string ToString()
    {
        if (double.IsNaN(Value))
        {
            return "nan";
        }

        if (double.IsInfinity(Value))
        {
            return Value > 0 ? "inf" : "-inf";
        }

        var text = Value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}

public sealed class TomlBoolean(bool value, SourcePosition position) : TomlValue(position)
{
    public bool Value { get; } = value;

    public override string KindName => "a boolean";

    public override string ToString() => Value ? "true" : "false";
}

public sealed class TomlArray : TomlValue
{
    private readonly List<TomlValue> _items = [];

    internal TomlArray(SourcePosition position, bool isOfTables)
        : base(position) => IsOfTables = isOfTables;

    public IReadOnlyList<TomlValue> Items => _items;

    public override string KindName => IsOfTables ? "an array of tables" : "an array";

    /// <summary>Whether it was made by <c>[[name]]</c> headers: only such an array can be added to.</summary>
    internal bool IsOfTables { get; }

    internal void Add(TomlValue item) => _items.Add(item);
}

/// <summary>A key with its value.</summary>
public sealed record TomlMember(string Key, SourcePosition KeyPosition, TomlValue Value);

/// <summary>A table; members are in the order of the file.</summary>
public sealed class TomlTable : TomlValue
{
    private readonly OrderedDictionary<string, TomlMember> _members = new(StringComparer.Ordinal);

    internal TomlTable(SourcePosition position, TomlTableDefinition definition)
        : base(position) => Definition = definition;

    public IReadOnlyList<TomlMember> Members => _members.Values;

    public override string KindName => "a table";

    /// <summary>How the table came to be; decides what may be added to it.</summary>
    internal TomlTableDefinition Definition { get; set; }

    public bool TryGet(string key, [NotNullWhen(true)] out TomlMember? member) => _members.TryGetValue(key, out member);

    internal void Add(string key, SourcePosition keyPosition, TomlValue value) =>
        _members.Add(key, new TomlMember(key, keyPosition, value));
}

/// <summary>The ways to define a table.</summary>
internal enum TomlTableDefinition
{
    /// <summary>Only named as a parent in a header, <c>[parent.child]</c>; a header of its own may still define it.</summary>
    Implicit,

    /// <summary><c>[name]</c>, an element of <c>[[name]]</c>, or the root.</summary>
    Header,

    /// <summary>The parent in a dotted key; closed to headers, open to more dotted keys of the same table.</summary>
    DottedKey,

    /// <summary><c>{ … }</c>: complete, nothing can be added.</summary>
    Inline,
}
