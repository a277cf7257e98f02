using Keva.Linearizability;
using Xunit.Abstractions;

namespace Keva.Tests.Linearizability;

/// <summary>The search against the definition on small histories, and its effort on large ones.</summary>
public sealed class LinearizabilityCheckerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void On_small_random_histories_it_agrees_with_the_definition(int seed, int? distinctValues)
    {
        var random = new Random(seed);
        var (right, wrong) = (0, 0);
        for (var round = 0; round < 5_000; round++)
        {
            var history = SmallHistory(random, distinctValues);
            var expected = BruteForce.IsLinearizable(history);
            var result = LinearizabilityChecker.Check(history);
            Assert.True(result.Verdict == (expected ? Verdict.Ok : Verdict.Violation), $"{(expected ? "right" : "wrong")} is\n{string.Join('\n', history.AsEnumerable())}\n{result}");
            (right, wrong) = expected ? (right + 1, wrong) : (right, wrong + 1);
        }

        output.WriteLine($"{right} linearizable, {wrong} not");
        Assert.True(right > 1_000 && wrong > 1_000, "both happen often");
    }

    [Fact]
    public void The_conflict_that_it_shows_is_one_and_the_prefix_is_none()
    {
        var random = new Random(4);
        var checkedCount = 0;
        for (var round = 0; round < 4_000; round++)
        {
            var history = SmallHistory(random, distinctValues: round % 2 == 0 ? null : 2);
            if (LinearizabilityChecker.Check(history).Violation is not { } violation)
            {
                continue;
            }

            checkedCount++;
            var seen = violation.Conflict.Where(operation => operation.IsOutcomeKnown).ToArray();
            var others = history.Except(seen).Select(operation => operation with { Completed = null });
            Assert.False(BruteForce.IsLinearizable([.. seen, .. others]), $"the conflict is none: {violation.Text}");
            Assert.Contains(violation.Offender, seen);
            var answeredBefore = history.Where(operation => operation.Completed < violation.Offender.Completed).ToArray();
            var lost = history.Except(answeredBefore).Select(operation => operation with { Completed = null });
            Assert.True(BruteForce.IsLinearizable([.. answeredBefore, .. lost]), $"the offender is not the first: {violation.Text}");
            Assert.Empty(answeredBefore.Except(violation.Prefix));
        }

        Assert.True(checkedCount > 500, "violations happen often");
    }

    [Theory]
    [InlineData(50, 0)]
    [InlineData(50, 20)]
    [InlineData(90, 50)]
    [InlineData(10, 20)]
    public void A_long_history_of_many_clients_with_many_unknown_outcomes_takes_few_steps(int writes, int deletes)
    {
        var clients = new RegisterClients(Clients: 20, Operations: 5_000, writes, deletes, Lost: 20, Stalled: 5);
        for (var seed = 1; seed <= 5; seed++)
        {
            var history = clients.Run(seed);
            Assert.InRange(history.Count(operation => !operation.IsOutcomeKnown && operation.IsWrite), 5, 200);
            var result = LinearizabilityChecker.Check(history);
            output.WriteLine(result.ToString());
            Assert.Equal(Verdict.Ok, result.Verdict);
            Assert.InRange(result.Steps, 0, 4 * history.Length);
        }
    }

    [Theory]
    [InlineData(50, 0)]
    [InlineData(50, 20)]
    [InlineData(90, 50)]
    [InlineData(10, 20)]
    public void One_stale_read_in_a_long_history_is_found_and_shown_in_few_lines(int writes, int deletes)
    {
        var clients = new RegisterClients(Clients: 20, Operations: 5_000, writes, deletes, Lost: 20, Stalled: 5);
        for (var seed = 1; seed <= 5; seed++)
        {
            var history = clients.Run(seed);
            var altered = MakeStale(history, new Random(seed));
            var result = LinearizabilityChecker.Check(history);
            output.WriteLine($"{result.Steps} steps, {result}");
            Assert.Equal(Verdict.Violation, result.Verdict);
            Assert.Contains(altered, result.Violation!.Conflict);
            Assert.InRange(result.Violation.Conflict.Count, 2, 8);
            Assert.InRange(result.Violation.Text.Split('\n').Length, 5, 25);
        }
    }

    [Theory]
    [InlineData(50, 1)]
    [InlineData(90, 3)]
    public void One_read_in_a_long_history_that_overlooks_the_value_is_found(int writes, int deletes)
    {
        var clients = new RegisterClients(Clients: 20, Operations: 2_000, writes, deletes, Stalled: 2);
        for (var seed = 1; seed <= 2; seed++)
        {
            var history = clients.Run(seed);
            var altered = MakeBlind(history, new Random(seed));
            var result = LinearizabilityChecker.Check(history);
            output.WriteLine($"{result.Steps} steps, {result}");
            Assert.Equal(Verdict.Violation, result.Verdict);
            Assert.Contains(altered, result.Violation!.Conflict);
        }
    }

    [Fact]
    public void It_says_that_it_does_not_know_when_the_steps_do_not_suffice()
    {
        var history = new RegisterClients(Clients: 20, Operations: 500).Run(seed: 1);
        var result = LinearizabilityChecker.Check(history, stepLimit: 10);
        Assert.Equal(Verdict.Undecided, result.Verdict);
        Assert.Equal("key", result.UndecidedKey);
        Assert.Contains("undecided", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_an_answer_does_not_hide_that_another_is_wrong()
    {
        Operation[] history =
        [
            .. new RegisterClients(Clients: 20, Operations: 500).Run(seed: 1),
            .. HistoryNotation.Parse("""
                0-1 set later 1
                2-3 read later nothing
                """),
        ];
        var result = LinearizabilityChecker.Check(history, stepLimit: 10);
        Assert.Equal(Verdict.Violation, result.Verdict);
        Assert.Equal("later", result.Violation!.Key);
    }

    [Fact]
    public void The_same_history_gives_the_same_words()
    {
        var history = new RegisterClients(Clients: 20, Operations: 1_000, Lost: 20).Run(seed: 1);
        MakeStale(history, new Random(1));
        Assert.Equal(LinearizabilityChecker.Check(history).ToString(), LinearizabilityChecker.Check(history.ToArray()).ToString());
    }

    /// <summary>Lets one read return a value that was overwritten for certain before it began.</summary>
    private static Operation MakeStale(Operation[] history, Random random)
    {
        var sets = history.Where(operation => operation is { Kind: OperationKind.Set, IsOutcomeKnown: true }).OrderBy(operation => operation.Completed).ToArray();
        while (true)
        {
            var index = random.Next(history.Length);
            var before = sets.Where(set => set.Completed < history[index].Invoked).ToArray();
            if (history[index] is { Kind: OperationKind.Read, IsOutcomeKnown: true }
                && before.Length > 0
                && before.LastOrDefault(set => before.Any(other => set.Completed < other.Invoked)) is { } overwritten)
            {
                return history[index] = history[index] with { Value = overwritten.Value };
            }
        }
    }

    /// <summary>Lets one read find nothing although a value was set before and no delete can have removed it.</summary>
    private static Operation MakeBlind(Operation[] history, Random random)
    {
        while (true)
        {
            var index = random.Next(history.Length);
            var read = history[index];
            if (read is { Kind: OperationKind.Read, Value: not null }
                && history.Any(set => set.Kind == OperationKind.Set && set.Completed < read.Invoked
                    && !history.Any(delete => delete.Kind == OperationKind.Delete && delete.Completed >= set.Invoked && delete.Invoked <= read.Completed)))
            {
                return history[index] = read with { Value = null };
            }
        }
    }

    /// <summary>Half of them by a register, with an answer or two changed; half of them of anything.</summary>
    private static Operation[] SmallHistory(Random random, int? distinctValues)
    {
        var count = random.Next(2, 13);
        if (random.Next(2) == 0)
        {
            return Enumerable.Range(1, count).Select(number => AnyOperation(random, number, distinctValues)).ToArray();
        }

        var history = new RegisterClients(Clients: random.Next(2, 6), count, Writes: 60, Deletes: 40, Lost: 200, DistinctValues: distinctValues).Run(random.Next());
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var index = random.Next(history.Length);
            history[index] = Change(random, history[index], distinctValues ?? count);
        }

        return history;
    }

    private static Operation Change(Random random, Operation operation, int values) => operation.Kind switch
    {
        OperationKind.Read => operation with { Value = random.Next(4) == 0 ? null : random.Next(values + 1) },
        OperationKind.Delete when random.Next(2) == 0 => operation with { Existed = null, Value = random.Next(values + 1) },
        OperationKind.Delete => operation with { Existed = !operation.Existed, Value = null },
        _ => operation with { Existed = random.Next(2) == 0 },
    };

    private static Operation AnyOperation(Random random, int number, int? distinctValues)
    {
        var invoked = random.Next(20);
        long? completed = random.Next(6) == 0 ? null : invoked + random.Next(8);
        var value = random.Next((distinctValues ?? number) + 1);
        return random.Next(5) switch
        {
            0 or 1 => Operation.Read(number, "key", random.Next(4) == 0 ? null : value, invoked, completed),
            2 => Operation.Delete(number, "key", random.Next(3) switch { 0 => true, 1 => false, _ => null }, invoked, completed),
            _ => Operation.Set(number, "key", distinctValues is null ? number : value, invoked, completed) with { Existed = random.Next(4) switch { 0 => true, 1 => false, _ => null } },
        };
    }
}
