using Keva.Cli.Commands.Completion;

namespace Keva.Cli.Commands.Shell;

/// <summary>What the word at the cursor may become.</summary>
/// <param name="From">Where that word begins.</param>
/// <param name="Typed">What of it is there.</param>
/// <param name="Words">All that it may become, in the order of their listing.</param>
internal sealed record Completions(int From, string Typed, IReadOnlyList<string> Words)
{
    /// <summary>What all of them begin with.</summary>
    public string Common => Words.Count == 0
        ? ""
        : Words.Aggregate((one, other) => one[..one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count()]);
}

/// <summary>Completes commands, options and names at the prompt.</summary>
internal static class ShellCompleter
{
    /// <param name="root">What there is.</param>
    /// <param name="typed">The line up to the cursor.</param>
    /// <param name="more">Words that may stand in the first place besides.</param>
    public static Completions Complete(CompletionNode root, string typed, IEnumerable<string> more)
    {
        var parsed = ShellWords.Part(typed);
        var isNewWord = parsed.LastBegin == typed.Length;
        var current = isNewWord ? "" : parsed.Words[^1];
        var before = isNewWord ? parsed.Words : [.. parsed.Words.SkipLast(1)];
        if (before is ["keva", ..])
        {
            before = [.. before.Skip(1)];
        }

        var node = root;
        foreach (var word in before)
        {
            node = node.Commands.FirstOrDefault(command => command.Name == word) ?? node;
        }

        var option = before.Count > 0 ? node.Options.FirstOrDefault(option => option.TakesValue && option.Names.Contains(before[^1], StringComparer.Ordinal)) : null;
        var names = node.Commands.Select(command => command.Name).Concat(node.Values).Concat(before.Count == 0 ? more : []).ToList();
        var words = option is not null ? option.Values
            : current.StartsWith('-') || names.Count == 0 ? node.Options.Select(known => known.Name)
            : names;
        return new Completions(parsed.LastBegin, current, [.. words.Where(word => word.StartsWith(current, StringComparison.Ordinal))]);
    }
}
