using System.Collections.Immutable;

namespace Keva.Node.Configuration.Hocon;

/// <summary>The text of a configuration file and what it is called.</summary>
/// <param name="Name">How messages and positions name it.</param>
/// <param name="Utf8">Its bytes.</param>
/// <param name="FullPath">Where it is on the disk, or null if it is built in; only a file on the disk can include others.</param>
public sealed record HoconSource(string Name, ReadOnlyMemory<byte> Utf8, string? FullPath = null);

/// <summary>
/// Finds the file that an <c>include</c> names: relative names are relative to the file that includes.
/// </summary>
/// <returns>Null if there is no such file.</returns>
/// <exception cref="IOException">The file is there and cannot be read; the message says why.</exception>
public delegate HoconSource? HoconIncludeReader(HoconSource includingFile, string name);

/// <summary>What a <see cref="HoconReader"/> may look at beside the files that it is given.</summary>
public sealed record HoconReaderOptions
{
    /// <summary>Variables for substitutions of paths that no file has. One that is set to nothing counts as not there.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Without it, every include is refused.</summary>
    public HoconIncludeReader? Includes { get; init; }
}
