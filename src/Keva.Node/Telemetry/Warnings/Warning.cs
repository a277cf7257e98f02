namespace Keva.Node.Telemetry.Warnings;

/// <summary>Something about this node or its cluster that an operator should look at.</summary>
/// <param name="Code">A stable name, such as <c>slow_disk</c>.</param>
/// <param name="Since">When it began.</param>
/// <param name="Text">What is wrong, in a sentence or two, with the numbers.</param>
/// <param name="Hint">What to look at, and what to do.</param>
public sealed record Warning(string Code, DateTimeOffset Since, string Text, string Hint);

/// <summary>What a rule found, just now.</summary>
/// <param name="Text">See <see cref="Warning.Text"/>.</param>
/// <param name="Hint">See <see cref="Warning.Hint"/>.</param>
internal sealed record Finding(string Text, string Hint);
