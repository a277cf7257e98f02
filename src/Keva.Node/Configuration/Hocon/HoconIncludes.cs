namespace Keva.Node.Configuration.Hocon;

/// <summary>Opens included files within bounds: no file inside itself, not too deep, not too many.</summary>
internal sealed class HoconIncludes(HoconIncludeReader? reader)
{
    private readonly Stack<string> _open = new();
    private int _count;

    /// <summary>Parses the file <paramref name="name"/>, which belongs at the path <paramref name="at"/> of the tree.</summary>
    public ObjectNode Include(HoconSource includingFile, string name, IReadOnlyList<string> at, SourcePosition position)
    {
        if (reader is null || includingFile.FullPath is null)
        {
            throw new ConfigurationSyntaxException(position, "include is not possible here: this is not a file on the disk");
        }

        if (_open.Count == HoconReader.MaxIncludeDepth)
        {
            throw new ConfigurationSyntaxException(position, $"includes are nested more than {HoconReader.MaxIncludeDepth} files deep");
        }

        if (++_count > HoconReader.MaxIncludes)
        {
            throw new ConfigurationSyntaxException(position, $"there are more than {HoconReader.MaxIncludes} includes");
        }

        var included = Find(includingFile, name, position);
        if (string.Equals(included.FullPath, includingFile.FullPath, StringComparison.Ordinal)
            || _open.Contains(included.FullPath, StringComparer.Ordinal))
        {
            throw new ConfigurationSyntaxException(position, $"the file '{name}' would include itself");
        }

        _open.Push(includingFile.FullPath);
        var parsed = HoconParser.Parse(included, this, at);
        _open.Pop();
        return parsed;
    }

    private HoconSource Find(HoconSource includingFile, string name, SourcePosition position)
    {
        try
        {
            // The specification has a missing file ignored. Here a misspelt name would then run a database on defaults
            // that nobody chose, so it is an error, as with required("…").
            return reader!(includingFile, name)
                ?? throw new ConfigurationSyntaxException(position, $"the included file '{name}' does not exist");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationSyntaxException(position, $"the included file '{name}' cannot be read: {failure.Message}", failure);
        }
    }
}
