using System.Text;
using Keva.Raft;

namespace Keva.Node.Configuration.Hocon;

/// <summary>
/// Gives each substitution its value and merges what is merged across substitutions (specification, "Substitutions"
/// and "Self-Referential Substitutions").
/// <para>
/// Evaluation is lazy: evaluating an object or an array yields it with its fields as they were parsed, so that objects
/// may refer to paths within themselves. Only a substitution, or a concatenation with one in it, is "in progress"
/// while its value is sought; a search that comes back to such a field looks at what was assigned before it. Each
/// node is evaluated once.
/// </para>
/// </summary>
internal sealed class HoconResolver(ObjectNode root, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>
    /// Most fields, elements and characters that may be copied, and most that the result may hold. Substitutions can
    /// double a text with each line; this is far above what anyone writes and far below what would hurt.
    /// </summary>
    private const long MaxWork = 4_000_000;

    private const int MaxRecursion = 400;

    private readonly Dictionary<HoconNode, HoconNode?> _evaluated = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<HoconNode> _inProgress = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<HoconNode, HoconValue> _built = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<HoconNode> _beingBuilt = new(ReferenceEqualityComparer.Instance);
    private long _work;
    private int _recursion;

    /// <exception cref="ConfigurationSyntaxException">A substitution has no value, or there is a cycle.</exception>
    public HoconObject Resolve() => (HoconObject)Build(root);

    /// <summary>Makes the final value of a scalar, array or object, with all below it.</summary>
    private HoconValue Build(HoconNode node)
    {
        if (node is ScalarNode scalar)
        {
            return scalar.Value;
        }

        if (_built.TryGetValue(node, out var known))
        {
            return known;
        }

        if (!_beingBuilt.Add(node))
        {
            throw new ConfigurationSyntaxException(node.Position, $"{node.KindName} contains itself through a substitution");
        }

        Enter(node);
        HoconValue built = node switch
        {
            ArrayNode array => BuildArray(array),
            ObjectNode obj => BuildObject(obj),
            _ => throw new InvariantViolationException("only evaluated nodes are built"),
        };
        Leave();
        if (built.Weight > MaxWork)
        {
            throw TooLarge(node);
        }

        _beingBuilt.Remove(node);
        _built.Add(node, built);
        return built;
    }

    private HoconArray BuildArray(ArrayNode array)
    {
        var items = new List<HoconValue>(array.Items.Count);
        foreach (var item in array.Items)
        {
            if (Evaluate(item) is { } value)
            {
                items.Add(Build(value));
            }
        }

        return new HoconArray(items, array.Position);
    }

    private HoconObject BuildObject(ObjectNode obj)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach (var (key, stack) in obj.Fields)
        {
            if (Evaluate(stack, stack.Count) is { } value)
            {
                fields.Add(key, Build(value));
            }
        }

        return new HoconObject(fields, obj.Position);
    }

    /// <summary>
    /// What the oldest <paramref name="levels"/> assignments of a field come to: a scalar, an array, an object, or null
    /// for nothing. Assignments from one that is in progress on are left out: this is how a cycle looks back.
    /// </summary>
    private HoconNode? Evaluate(FieldStack stack, int levels)
    {
        levels = LevelsBeforeProgress(stack, levels);
        if (levels == 0)
        {
            return null;
        }

        if (stack.TryGetResolved(levels - 1, out var known))
        {
            return known;
        }

        Enter(stack[levels - 1]);
        HoconNode? result = null;
        var objects = new List<ObjectNode>();
        for (var level = levels - 1; level >= 0 && result is null; level--)
        {
            switch (EvaluateLevel(stack, level))
            {
                case null:
                    break;
                case ObjectNode obj:
                    objects.Add(obj);
                    break;
                case var hiding:
                    result = hiding;
                    break;
            }
        }

        if (objects.Count > 0)
        {
            objects.Reverse();
            result = Merge(objects);
        }

        Leave();
        stack.SetResolved(levels - 1, result);
        return result;
    }

    private int LevelsBeforeProgress(FieldStack stack, int levels)
    {
        if (_inProgress.Count > 0)
        {
            Spend(levels, stack[0]);
            for (var level = 0; level < levels; level++)
            {
                if (_inProgress.Contains(stack[level]))
                {
                    return level;
                }
            }
        }

        return levels;
    }

    private HoconNode? EvaluateLevel(FieldStack stack, int level) =>
        stack[level] is AppendNode ? Append(stack, level) : Evaluate(stack[level]);

    /// <summary><c>+=</c>. A run of them is taken at once, so that its length costs neither stack nor repeated copying.</summary>
    private ArrayNode Append(FieldStack stack, int level)
    {
        var first = level;
        while (first > 0 && stack[first - 1] is AppendNode)
        {
            first--;
        }

        var before = first == 0 ? null : Evaluate(stack, first);
        if (before is not (null or ArrayNode))
        {
            throw new ConfigurationSyntaxException(stack[first].Position, $"+= needs an array to add to; there is {before.KindName}");
        }

        var items = new List<HoconNode>(((ArrayNode?)before)?.Items ?? []);
        for (var i = first; i <= level; i++)
        {
            items.Add(((AppendNode)stack[i]).Element);
        }

        Spend(items.Count, stack[level]);
        return new ArrayNode(stack[level].Position, items);
    }

    private HoconNode? Evaluate(HoconNode node)
    {
        if (node is ScalarNode or ArrayNode or ObjectNode)
        {
            return node;
        }

        if (_evaluated.TryGetValue(node, out var known))
        {
            return known;
        }

        if (!_inProgress.Add(node))
        {
            throw new ConfigurationSyntaxException(node.Position, "this value depends on itself");
        }

        Enter(node);
        var result = node switch
        {
            SubstitutionNode substitution => Substitute(substitution),
            ConcatenationNode concatenation => Concatenate(concatenation),
            _ => throw new InvariantViolationException("a field's += is evaluated with the field"),
        };
        Leave();
        _inProgress.Remove(node);
        _evaluated.Add(node, result);
        return result;
    }

    private HoconNode? Substitute(SubstitutionNode substitution)
    {
        HoconNode? found = null;
        if (substitution.IncludedAt.Count > 0)
        {
            found = LookUp([.. substitution.IncludedAt, .. substitution.Path]);
        }

        found ??= LookUp(substitution.Path) ?? LookUpVariable(substitution);
        if (found is null && !substitution.IsOptional)
        {
            throw new ConfigurationSyntaxException(
                substitution.Position,
                $"{substitution} has no value: nothing before or outside of it is called {HoconPath.Render(substitution.Path)}, in these files or in the environment");
        }

        return found is ScalarNode scalar
            ? new ScalarNode(new HoconScalar(scalar.Value.Kind, scalar.Value.Text, substitution.Position))
            : found;
    }

    private HoconNode? LookUp(IReadOnlyList<string> path)
    {
        HoconNode? value = root;
        foreach (var key in path)
        {
            if (value is not ObjectNode obj || !obj.Fields.TryGetValue(key, out var stack))
            {
                return null;
            }

            value = Evaluate(stack, stack.Count);
        }

        return value;
    }

    private ScalarNode? LookUpVariable(SubstitutionNode substitution) =>
        substitution.Path.Count == 1 && environment.TryGetValue(substitution.Path[0], out var text) && text.Length > 0
            ? new ScalarNode(new HoconScalar(HoconScalarKind.String, text, substitution.Position))
            : null;

    private HoconNode? Concatenate(ConcatenationNode concatenation)
    {
        var values = new HoconNode?[concatenation.Pieces.Count];
        HoconNode? first = null;
        for (var i = 0; i < values.Length; i++)
        {
            var value = Evaluate(concatenation.Pieces[i].Node);
            values[i] = value;
            first ??= value;
            if (value is not null && !CanJoin(first!, value))
            {
                throw new ConfigurationSyntaxException(
                    concatenation.Pieces[i].Node.Position,
                    $"{first!.KindName} and {value.KindName} cannot be joined into one value");
            }
        }

        return first switch
        {
            null => null,
            ObjectNode => Merge([.. values.OfType<ObjectNode>()]),
            ArrayNode => JoinArrays(concatenation, values),
            _ => JoinText(concatenation, values),
        };
    }

    private static bool CanJoin(HoconNode one, HoconNode other) =>
        (one, other) is (ObjectNode, ObjectNode) or (ArrayNode, ArrayNode) or (ScalarNode, ScalarNode);

    private ArrayNode JoinArrays(ConcatenationNode concatenation, HoconNode?[] values)
    {
        var items = values.OfType<ArrayNode>().SelectMany(array => array.Items).ToList();
        Spend(items.Count, concatenation);
        return new ArrayNode(concatenation.Position, items);
    }

    /// <summary>An optional substitution without a value is an empty string here; the space around it stays.</summary>
    private ScalarNode JoinText(ConcatenationNode concatenation, HoconNode?[] values)
    {
        var text = new StringBuilder();
        for (var i = 0; i < values.Length; i++)
        {
            var piece = ((ScalarNode?)values[i])?.Value.Text ?? "";
            var space = concatenation.Pieces[i].Space;
            Spend(space.Length + piece.Length, concatenation);
            text.Append(space).Append(piece);
        }

        return new ScalarNode(new HoconScalar(HoconScalarKind.String, text.ToString(), concatenation.Position));
    }

    /// <summary>Merges objects, oldest first, without looking into their fields.</summary>
    private ObjectNode Merge(List<ObjectNode> objects)
    {
        if (objects.Count == 1)
        {
            return objects[0];
        }

        var merged = new ObjectNode(objects[^1].Position);
        foreach (var obj in objects)
        {
            foreach (var (key, stack) in obj.Fields)
            {
                Spend(stack.Count, obj);
                merged.Stack(key).PushAll(stack);
            }
        }

        return merged;
    }

    private void Spend(long work, HoconNode node)
    {
        _work += 1 + work;
        if (_work > MaxWork)
        {
            throw TooLarge(node);
        }
    }

    private void Enter(HoconNode node)
    {
        Spend(0, node);
        if (++_recursion > MaxRecursion)
        {
            throw new ConfigurationSyntaxException(node.Position, "substitutions lead to one another too deeply here");
        }
    }

    private void Leave() => _recursion--;

    private static ConfigurationSyntaxException TooLarge(HoconNode node) =>
        new(node.Position, "substitutions make the configuration grow past all reason here");
}
