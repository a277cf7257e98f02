namespace Keva.Cli;

/// <summary>How the program speaks: results on the standard output, each trouble as one line on the standard error.</summary>
internal static class Terminal
{
    public static void Line(string text) => Console.Out.WriteLine(text);

    public static void Error(string sentence) => Console.Error.WriteLine($"keva: {sentence.ReplaceLineEndings(" ")}");
}
