namespace Keva.Node.Configuration.Hocon;

/// <summary>A value as it was parsed: nothing merged across substitutions, nothing looked up.</summary>
internal abstract class HoconNode(SourcePosition position)
{
    public SourcePosition Position { get; } = position;

    public abstract string KindName { get; }
}

internal sealed class ScalarNode(HoconScalar value) : HoconNode(value.Position)
{
    public HoconScalar Value { get; } = value;

    public override string KindName => Value.KindName;
}

internal sealed class ArrayNode(SourcePosition position, IReadOnlyList<HoconNode> items) : HoconNode(position)
{
    public IReadOnlyList<HoconNode> Items { get; } = items;

    public override string KindName => "an array";
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
/// <param name="position">Where it stands.</param>
/// <param name="path">The path as written.</param>
/// <param name="isOptional">Whether it may come to nothing.</param>
/// <param name="includedAt">
/// The path of the object that includes this file: a path is looked up below it first, then from the root.
/// </param>
internal sealed class SubstitutionNode(
    SourcePosition position,
    IReadOnlyList<string> path,
    bool isOptional,
    IReadOnlyList<string> includedAt) : HoconNode(position)
{
    public IReadOnlyList<string> Path { get; } = path;

    public bool IsOptional { get; } = isOptional;

    public IReadOnlyList<string> IncludedAt { get; } = includedAt;

    public override string KindName => "a substitution";

    public override string ToString() => $"${{{(IsOptional ? "?" : "")}{HoconPath.Render(Path)}}}";
}

/// <summary>Several values on one line, which become one when substitutions are known.</summary>
internal sealed class ConcatenationNode(SourcePosition position, IReadOnlyList<ConcatenationPiece> pieces) : HoconNode(position)
{
    public IReadOnlyList<ConcatenationPiece> Pieces { get; } = pieces;

    public override string KindName => "a concatenation";
}

/// <summary>A piece of a concatenation.</summary>
/// <param name="Space">The white space between it and the piece before.</param>
/// <param name="Node">The piece.</param>
internal readonly record struct ConcatenationPiece(string Space, HoconNode Node);

/// <summary>The value of <c>key += element</c>: what the key had before, and one element more.</summary>
internal sealed class AppendNode(SourcePosition position, HoconNode element) : HoconNode(position)
{
    public HoconNode Element { get; } = element;

    public override string KindName => "an array";
}

/// <summary>
/// An object: for each key, in the order of first appearance, all that was assigned to it, oldest first. Which of it
/// counts can be told only when substitutions are known.
/// </summary>
internal sealed class ObjectNode(SourcePosition position) : HoconNode(position)
{
    private readonly OrderedDictionary<string, FieldStack> _fields = new(StringComparer.Ordinal);

    public override string KindName => "an object";

    public IReadOnlyDictionary<string, FieldStack> Fields => _fields;

    public FieldStack Stack(string key)
    {
        if (!_fields.TryGetValue(key, out var stack))
        {
            stack = new FieldStack();
            _fields.Add(key, stack);
        }

        return stack;
    }

    /// <summary>The object at <paramref name="key"/> to add to: the last that was assigned, or a new one.</summary>
    public ObjectNode OpenChild(string key, SourcePosition position)
    {
        var stack = Stack(key);
        if (stack.Count > 0 && stack[^1] is ObjectNode last)
        {
            return last;
        }

        var child = new ObjectNode(position);
        stack.Push(child);
        return child;
    }

    /// <summary>Assigns a value. Two objects in a row become one at once: that is what merging means for them.</summary>
    public void Assign(string key, HoconNode value)
    {
        if (value is ObjectNode added)
        {
            OpenChild(key, value.Position).MergeFrom(added);
        }
        else
        {
            Stack(key).Push(value);
        }
    }

    /// <summary>Assigns all that <paramref name="later"/> has, as if its text stood here. It must not be used any more.</summary>
    public void MergeFrom(ObjectNode later)
    {
        foreach (var (key, stack) in later._fields)
        {
            for (var level = 0; level < stack.Count; level++)
            {
                Assign(key, stack[level]);
            }
        }
    }
}

/// <summary>All values of one key of one object, oldest first, with what each came to once that is known.</summary>
internal sealed class FieldStack
{
    private readonly List<HoconNode> _nodes = [];
    private Dictionary<int, HoconNode?>? _resolved;

    public int Count => _nodes.Count;

    public HoconNode this[int level] => _nodes[level];

    public void Push(HoconNode node) => _nodes.Add(node);

    public void PushAll(FieldStack later) => _nodes.AddRange(later._nodes);

    /// <summary>What the levels up to and including <paramref name="level"/> came to, if that was found out before.</summary>
    public bool TryGetResolved(int level, out HoconNode? node)
    {
        node = null;
        return _resolved is not null && _resolved.TryGetValue(level, out node);
    }

    public void SetResolved(int level, HoconNode? node) => (_resolved ??= [])[level] = node;
}
