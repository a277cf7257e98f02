using System.Text;
using Keva.Tests.Raft.Scripting;

namespace Keva.Tests.Raft;

/// <summary>
/// The protocol in text files: <c>&gt; command</c>, then what is expected to come of it. <c>KEVA_REWRITE=1</c> rewrites the
/// files in the source tree with what does come; read the difference before you keep it.
/// </summary>
public sealed class ProtocolScriptTests
{
    private static readonly string Built = Path.Combine(AppContext.BaseDirectory, "Raft", "Scripts");

    public static TheoryData<string> Scripts()
    {
        var names = new TheoryData<string>();
        foreach (var path in Directory.EnumerateFiles(Built, "*.txt").Order(StringComparer.Ordinal))
        {
            names.Add(Path.GetFileName(path));
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void The_script_plays_as_it_is_written(string name)
    {
        var isRewriting = Environment.GetEnvironmentVariable("KEVA_REWRITE") == "1";
        var path = isRewriting ? Path.Combine(SourceFolder(), name) : Path.Combine(Built, name);
        var script = File.ReadAllText(path);
        var played = Play(name, script);
        if (isRewriting)
        {
            File.WriteAllText(path, played);
            return;
        }

        Assert.Equal(script, played);
    }

    [Fact]
    public void There_are_scripts()
    {
        Assert.True(Scripts().Count >= 12);
    }

    /// <summary>The script with the output as it is: comments and empty lines stay, what follows a command is replaced.</summary>
    private static string Play(string name, string script)
    {
        var verbs = new ScriptVerbs();
        var played = new StringBuilder();
        var inOutput = false;
        var number = 0;
        foreach (var line in script.TrimEnd('\n').Split('\n'))
        {
            number++;
            if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                played.Append(line).Append('\n');
                try
                {
                    played.AppendJoin('\n', verbs.Run(line[2..])).Append('\n');
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"{name}, line {number}: {line}: {exception.Message}", exception);
                }

                inOutput = true;
            }
            else if (line.Length == 0 || line[0] == '#')
            {
                played.Append(line).Append('\n');
                inOutput = false;
            }
            else if (!inOutput)
            {
                throw new InvalidOperationException($"{name}, line {number}: neither a command nor its output: {line}");
            }
        }

        return played.ToString();
    }

    private static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Keva.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "Keva.Tests", "Raft", "Scripts");
    }
}
