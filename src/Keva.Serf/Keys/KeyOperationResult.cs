namespace Keva.Serf;

/// <summary>What the nodes of a cluster answered to an operation on their keys.</summary>
/// <param name="Nodes">How many nodes there were to answer.</param>
/// <param name="Answers">How many did.</param>
/// <param name="Failures">What those said that could not do it, by name in ordinal order.</param>
/// <param name="Keys">For a list: how many nodes have each key, by the key in base 64.</param>
/// <param name="PrimaryKeys">For a list: how many nodes encrypt with each key; empty from agents that do not tell.</param>
public sealed record KeyOperationResult(
    int Nodes,
    int Answers,
    IReadOnlyDictionary<string, string> Failures,
    IReadOnlyDictionary<string, int> Keys,
    IReadOnlyDictionary<string, int> PrimaryKeys)
{
    /// <summary>Whether every node did it.</summary>
    public bool Succeeded => Answers == Nodes && Failures.Count == 0;
}
