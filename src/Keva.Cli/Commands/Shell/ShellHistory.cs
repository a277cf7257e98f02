using System.CommandLine;

namespace Keva.Cli.Commands.Shell;

/// <summary>
/// The lines of before: whole in memory; in a file without what may be secret. The file is the user's own, and keeps no value
/// of <c>kv set</c>, no key of <c>keys</c>, nothing of a line that begins with a space or that cannot be parsed.
/// </summary>
internal sealed class ShellHistory
{
    private const int Kept = 1_000;

    private readonly string? file;
    private readonly RootCommand root;
    private readonly List<string> lines;

    /// <param name="file">Where lines are kept; null for nowhere.</param>
    /// <param name="root">How they are parsed.</param>
    public ShellHistory(string? file, RootCommand root)
    {
        this.file = file;
        this.root = root;
        lines = Load(file);
    }

    public IReadOnlyList<string> Lines => lines;

    /// <summary>In the user's directory for configuration; null if there is none.</summary>
    public static string? DefaultFile =>
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } directory
            ? Path.Combine(directory, "keva", "shell_history")
            : null;

    public void Add(string line)
    {
        if (line.Length == 0 || line == lines.LastOrDefault())
        {
            return;
        }

        lines.Add(line);
        if (file is not null && Presentable(line) is { } shown)
        {
            Append(file, shown);
        }
    }

    /// <summary>What of a line may be kept in a file; null for nothing.</summary>
    internal string? Presentable(string line)
    {
        var parsed = ShellWords.Part(line);
        if (line.StartsWith(' ') || parsed.OpenQuote is not null)
        {
            return null;
        }

        var words = parsed.Words is ["keva", ..] ? parsed.Words.Skip(1).ToList() : parsed.Words;
        var result = root.Parse(words);
        var path = HelpText.PathOf(result.CommandResult.Command);
        return path switch
        {
            // The key, and not what it was set to.
            "keva kv set" => result.CommandResult.Command.Arguments is [var key, ..] && result.GetResult(key) is { Tokens: [var token, ..] }
                ? $"kv set {ShellWords.Quote(token.Value)} "
                : null,
            "keva keys" => "keys ",
            "keva" => null,
            _ => line,
        };
    }

    private static List<string> Load(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) ? [.. File.ReadLines(file).TakeLast(Kept)] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void Append(string file, string line)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, options);
            writer.Write(line + "\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The shell is of use without its history, too.
        }
    }
}
