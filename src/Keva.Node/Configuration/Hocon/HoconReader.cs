using System.Text;

namespace Keva.Node.Configuration.Hocon;

/// <summary>
/// Reads HOCON (https://github.com/lightbend/config/blob/main/HOCON.md): all of its syntax, with the exceptions that
/// docs/CONFIGURATION.md lists, each of which is refused by name. No input can make it hang, exhaust the stack or grow
/// without bound: nesting, includes, and what substitutions expand to are limited.
/// </summary>
public static class HoconReader
{
    /// <summary>Most levels of objects and arrays inside one another in a file, path elements included.</summary>
    public const int MaxDepth = 128;

    /// <summary>Most files open inside one another through <c>include</c>.</summary>
    public const int MaxIncludeDepth = 16;

    /// <summary>Most includes in one configuration.</summary>
    public const int MaxIncludes = 64;

    /// <summary>
    /// Reads several files as one configuration: as if their texts stood one after the other, later values over
    /// earlier, and substitutions see all of it.
    /// </summary>
    /// <exception cref="ConfigurationSyntaxException">One of the files is not valid, or a substitution has no value.</exception>
    public static HoconObject Read(IEnumerable<HoconSource> sources, HoconReaderOptions? options = null)
    {
        options ??= new HoconReaderOptions();
        var includes = new HoconIncludes(options.Includes);
        ObjectNode? root = null;
        foreach (var source in sources)
        {
            var parsed = HoconParser.Parse(source, includes);
            if (root is null)
            {
                root = parsed;
            }
            else
            {
                root.MergeFrom(parsed);
            }
        }

        return new HoconResolver(root ?? new ObjectNode(default), options.Environment).Resolve();
    }

    /// <summary>Reads one text that stands for itself.</summary>
    /// <inheritdoc cref="Read(IEnumerable{HoconSource}, HoconReaderOptions?)"/>
    public static HoconObject Read(string name, string text, HoconReaderOptions? options = null) =>
        Read([new HoconSource(name, Encoding.UTF8.GetBytes(text))], options);
}
