using System.Diagnostics.CodeAnalysis;

namespace Keva.Node.Configuration.Hocon;

/// <summary>
/// A value after all merging and substitution. Its position is where it was assigned: for <c>a = ${b}</c> that is the
/// line of <c>a</c>. Values may be shared between several places of the tree.
/// </summary>
public abstract class HoconValue
{
    private protected HoconValue(SourcePosition position, long weight)
    {
        Position = position;
        Weight = weight;
    }

    public SourcePosition Position { get; }

    /// <summary>What it is, for messages: "an object".</summary>
    public abstract string KindName { get; }

    /// <summary>
    /// Values and characters in the tree below, counted each time that they are seen: what a walk over it costs.
    /// </summary>
    internal long Weight { get; }
}

/// <summary>The types of simple values.</summary>
public enum HoconScalarKind
{
    /// <summary>Quoted, unquoted, or put together out of several pieces.</summary>
    String,

    /// <summary>What JSON takes for a number; <see cref="HoconScalar.Text"/> is as it was written.</summary>
    Number,

    Boolean,

    Null,
}

/// <summary>A simple value: anything but an object or an array.</summary>
public sealed class HoconScalar(HoconScalarKind kind, string text, SourcePosition position)
    : HoconValue(position, 1 + text.Length)
{
    public HoconScalarKind Kind { get; } = kind;

    /// <summary>The string itself; numbers as written; <c>true</c>, <c>false</c>, <c>null</c>.</summary>
    public string Text { get; } = text;

    public override string KindName => Kind switch
    {
        HoconScalarKind.String => "a string",
        HoconScalarKind.Number => "a number",
        HoconScalarKind.Boolean => "a boolean",
        _ => "null",
    };

    public override string ToString() => Text;
}

public sealed class HoconArray : HoconValue
{
    internal HoconArray(IReadOnlyList<HoconValue> items, SourcePosition position)
        : base(position, 1 + items.Sum(item => item.Weight)) => Items = items;

    public IReadOnlyList<HoconValue> Items { get; }

    public override string KindName => "an array";
}

/// <summary>An object; keys are in the order in which they first appeared.</summary>
public sealed class HoconObject : HoconValue
{
    private readonly OrderedDictionary<string, HoconValue> _fields;

    internal HoconObject(OrderedDictionary<string, HoconValue> fields, SourcePosition position)
        : base(position, 1 + fields.Sum(field => field.Key.Length + field.Value.Weight)) => _fields = fields;

    public IReadOnlyDictionary<string, HoconValue> Fields => _fields;

    public override string KindName => "an object";

    public bool TryGet(string key, [NotNullWhen(true)] out HoconValue? value) => _fields.TryGetValue(key, out value);
}
