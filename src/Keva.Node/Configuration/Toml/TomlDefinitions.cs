namespace Keva.Node.Configuration.Toml;

/// <summary>
/// The rules of what may be defined where (specification, sections Keys, Table, Inline Table, Array of Tables): each
/// key and each table once, inline tables and arrays closed, tables of dotted keys closed to headers.
/// </summary>
internal static class TomlDefinitions
{
    /// <summary><c>[key]</c>: finds or makes the table, which must not have been defined before.</summary>
    public static TomlTable OpenTable(TomlTable root, List<TomlKeyPart> key, SourcePosition position)
    {
        var parent = FindParent(root, key);
        var last = key[^1];
        if (!parent.TryGet(last.Name, out var existing))
        {
            var table = new TomlTable(position, TomlTableDefinition.Header);
            parent.Add(last.Name, last.Position, table);
            return table;
        }

        if (existing.Value is TomlTable { Definition: TomlTableDefinition.Implicit } implicitTable)
        {
            implicitTable.Definition = TomlTableDefinition.Header;
            return implicitTable;
        }

        throw DefinedBefore(key, key.Count, existing, "table");
    }

    /// <summary><c>[[key]]</c>: appends a table to the array, which is made if it is not there.</summary>
    public static TomlTable OpenArrayElement(TomlTable root, List<TomlKeyPart> key, SourcePosition position)
    {
        var parent = FindParent(root, key);
        var last = key[^1];
        var element = new TomlTable(position, TomlTableDefinition.Header);
        if (!parent.TryGet(last.Name, out var existing))
        {
            var array = new TomlArray(position, isOfTables: true);
            array.Add(element);
            parent.Add(last.Name, last.Position, array);
            return element;
        }

        if (existing.Value is TomlArray { IsOfTables: true } known)
        {
            known.Add(element);
            return element;
        }

        throw DefinedBefore(key, key.Count, existing, "array of tables");
    }

    /// <summary><c>key = value</c> inside <paramref name="table"/>.</summary>
    public static void Define(TomlTable table, List<TomlKeyPart> key, TomlValue value)
    {
        for (var i = 0; i < key.Count - 1; i++)
        {
            table = StepThroughDottedKey(table, key, i);
        }

        var last = key[^1];
        if (table.TryGet(last.Name, out var existing))
        {
            throw DefinedBefore(key, key.Count, existing, "key");
        }

        table.Add(last.Name, last.Position, value);
    }

    private static TomlTable StepThroughDottedKey(TomlTable table, List<TomlKeyPart> key, int part)
    {
        var (name, position) = key[part];
        if (!table.TryGet(name, out var existing))
        {
            var made = new TomlTable(position, TomlTableDefinition.DottedKey);
            table.Add(name, position, made);
            return made;
        }

        switch (existing.Value)
        {
            case TomlTable { Definition: TomlTableDefinition.DottedKey } dotted:
                return dotted;

            // Nothing has defined this table so far, so this key may.
            case TomlTable { Definition: TomlTableDefinition.Implicit } implicitTable:
                implicitTable.Definition = TomlTableDefinition.DottedKey;
                return implicitTable;

            default:
                throw CannotAdd(key, part, existing);
        }
    }

    /// <summary>The table that holds the last part of a header's key; an array of tables stands for its last element.</summary>
    private static TomlTable FindParent(TomlTable root, List<TomlKeyPart> key)
    {
        var table = root;
        for (var i = 0; i < key.Count - 1; i++)
        {
            var (name, position) = key[i];
            if (!table.TryGet(name, out var existing))
            {
                var made = new TomlTable(position, TomlTableDefinition.Implicit);
                table.Add(name, position, made);
                table = made;
                continue;
            }

            table = existing.Value switch
            {
                TomlTable inner when inner.Definition != TomlTableDefinition.Inline => inner,
                TomlArray { IsOfTables: true } array => (TomlTable)array.Items[^1],
                _ => throw CannotAdd(key, i, existing),
            };
        }

        return table;
    }

    private static ConfigurationSyntaxException DefinedBefore(List<TomlKeyPart> key, int parts, TomlMember existing, string what)
    {
        var name = Name(key, parts);
        return new ConfigurationSyntaxException(
            key[^1].Position,
            $"the {what} '{name}' cannot be defined here: in line {existing.KeyPosition.Line} it is already defined as {existing.Value.KindName}");
    }

    private static ConfigurationSyntaxException CannotAdd(List<TomlKeyPart> key, int part, TomlMember existing)
    {
        var kind = existing.Value is TomlTable { Definition: TomlTableDefinition.Inline } ? "an inline table" : existing.Value.KindName;
        return new ConfigurationSyntaxException(
            key[part].Position,
            $"nothing can be added to '{Name(key, part + 1)}' here: in line {existing.KeyPosition.Line} it is defined as {kind}");
    }

    private static string Name(List<TomlKeyPart> key, int parts) => string.Join('.', key.Take(parts).Select(part => part.Name));
}
