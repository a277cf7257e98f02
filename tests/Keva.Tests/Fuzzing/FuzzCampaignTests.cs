using System.Buffers.Binary;
using System.Text;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing;

/// <summary>Readers with planted faults: the fuzzer must find each of them, name the input, and make it small.</summary>
public sealed class FuzzCampaignTests
{
    private const ulong Seed = 17;

    private static readonly byte[] Sample = "name: value, name: value"u8.ToArray();

    [Fact]
    public void An_exception_that_is_not_documented_is_found_and_its_input_made_small()
    {
        var finding = FindIn((input, _) =>
        {
            if (input.AsSpan().Count((byte)':') == 5)
            {
                throw new KeyNotFoundException();
            }

            return FuzzOutcome.Accepted;
        });

        Assert.Contains("it threw KeyNotFoundException", finding.Message, StringComparison.Ordinal);
        Assert.Equal(":::::"u8.ToArray(), finding.Input);
    }

    [Fact]
    public void A_reader_that_believes_a_length_is_found()
    {
        var finding = FindIn((input, meter) =>
        {
            using var measured = meter.Measure();
            var length = input.Length < 4 ? 0 : Math.Min(BinaryPrimitives.ReadInt32LittleEndian(input), 1 << 24);
            return new byte[Math.Max(0, length)].Length > 0 ? FuzzOutcome.Accepted : FuzzOutcome.Refused("");
        });

        Assert.Contains("it allocates too much", finding.Message, StringComparison.Ordinal);
        Assert.Equal(4, finding.Input.Length);
    }

    [Fact]
    public void A_reader_whose_time_grows_with_the_square_of_the_length_is_found()
    {
        var target = Planted((input, meter) =>
        {
            using var measured = meter.Measure();
            var steps = 0UL;
            for (long i = 0; i < (long)input.Length * input.Length; i++)
            {
                steps += FuzzRandom.Mix(steps);
            }

            return FuzzOutcome.AcceptedAs(steps == 0 ? "none" : "some");
        });
        var limits = new FuzzLimits { FixedTime = TimeSpan.FromMilliseconds(20) };

        var finding = Assert.Throws<FuzzFinding>(() => new FuzzCampaign(target with { Limits = limits }, Seed).Run(tries => tries < 100_000));

        Assert.Contains("it takes too long", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_does_not_survive_writing_and_reading_is_found()
    {
        var finding = FindIn((input, _) =>
        {
            FuzzCheck.Same(input, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(input)), "bytes are kept");
            return FuzzOutcome.Accepted;
        });

        Assert.Contains("bytes are kept", finding.Message, StringComparison.Ordinal);
        Assert.Single(finding.Input);
    }

    [Fact]
    public void A_fault_behind_several_steps_is_found_because_new_answers_are_followed()
    {
        // Each step needs one more token in its place; by chance alone all four would not come together.
        string[] steps = ["<", "<<", "<<>", "<<>>"];
        var finding = FindIn(
            (input, _) =>
            {
                var depth = steps.Count(step => Encoding.ASCII.GetString(input).StartsWith(step, StringComparison.Ordinal));
                return depth == steps.Length ? throw new InvalidOperationException() : FuzzOutcome.Refused(new string('a', depth));
            },
            "<"u8.ToArray(),
            ">"u8.ToArray());

        Assert.Equal("<<>>"u8.ToArray(), finding.Input);
    }

    [Fact]
    public void A_finding_tells_how_to_see_it_again()
    {
        FuzzProbe probe = (input, _) => input.Contains((byte)'!') ? throw new InvalidOperationException() : FuzzOutcome.Accepted;
        var finding = FindIn(probe);

        Assert.Contains("KEVA_FUZZ_SEED=17 KEVA_FUZZ_TARGET='planted'", finding.Message, StringComparison.Ordinal);
        Assert.Contains("base64: " + Convert.ToBase64String(finding.Input), finding.Message, StringComparison.Ordinal);
        Assert.Equal(finding.Message, FindIn(probe).Message); // the same seed, the same run
    }

    [Fact]
    public void A_good_reader_passes()
    {
        var target = Planted((input, _) => input.Length % 2 == 0 ? FuzzOutcome.Accepted : FuzzOutcome.Refused("odd"));

        var report = new FuzzCampaign(target, Seed).Run(tries => tries < 1_000);

        Assert.Equal(1_001, report.Tries);
        Assert.InRange(report.Accepted, 1, 1_000);
        Assert.Equal(2, report.Kinds);
    }

    private static FuzzFinding FindIn(FuzzProbe probe, params byte[][] tokens) =>
        Assert.Throws<FuzzFinding>(() => new FuzzCampaign(Planted(probe) with { Tokens = tokens }, Seed).Run(tries => tries < 100_000));

    private static FuzzTarget Planted(FuzzProbe probe) => new("planted", probe, () => [Sample]);
}
