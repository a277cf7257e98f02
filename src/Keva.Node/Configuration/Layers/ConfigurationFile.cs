using Keva.Node.Configuration.Hocon;

namespace Keva.Node.Configuration;

/// <summary>Reads configuration files from the disk, none of them without bound.</summary>
internal static class ConfigurationFile
{
    public const int MaxBytes = 1024 * 1024;

    /// <exception cref="IOException">It is not there, is no file, is too long, or cannot be read; the message says which.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new IOException("it is a directory, not a file");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = stream.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, count);
                if (content.Length > MaxBytes)
                {
                    throw new IOException($"it is longer than {ByteSizeFormat.Render(MaxBytes)}");
                }
            }

            return content.ToArray();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException("there is no such file", missing);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    /// <inheritdoc cref="Read(string)"/>
    public static HoconSource ReadHocon(string path) => new(path, Read(path), Path.GetFullPath(path));

    /// <summary>The <see cref="HoconIncludeReader"/> for files on the disk. A name without extension may lack <c>.conf</c>.</summary>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    public static HoconSource? ReadInclude(HoconSource includingFile, string name)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var directory = Path.GetDirectoryName(includingFile.FullPath) ?? "";
        foreach (var candidate in (ReadOnlySpan<string>)[name, name + ".conf"])
        {
            var path = Path.Combine(directory, candidate);
            if (File.Exists(path))
            {
                var shownDirectory = Path.GetDirectoryName(includingFile.Name) ?? "";
                return new HoconSource(Path.Combine(shownDirectory, candidate), Read(path), Path.GetFullPath(path));
            }
        }

        return null;
    }
}
