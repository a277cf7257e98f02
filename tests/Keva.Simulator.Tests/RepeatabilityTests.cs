using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Keva.Simulator.Tests;

public sealed class RepeatabilityTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Keva.Simulator");

    [Theory]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(48)]
    public async Task A_seed_gives_the_same_trace_byte_for_byte_in_every_process(int seed)
    {
        // One process compiles everything fully at once, the other as it goes along: what the compiler did may not show.
        var traces = await Task.WhenAll(TraceAsync(seed), TraceAsync(seed, tiered: false));
        Assert.True(traces[0].Bytes > 1_000_000, "a trace has every step");
        Assert.Equal(traces[0].Hash, traces[1].Hash);
    }

    [Fact]
    public async Task Two_seeds_give_different_traces()
    {
        var traces = await Task.WhenAll(TraceAsync(7), TraceAsync(11));
        Assert.NotEqual(traces[0].Hash, traces[1].Hash);
    }

    private static async Task<(string Hash, long Bytes)> TraceAsync(int seed, bool tiered = true)
    {
        string[] arguments = ["--seed", seed.ToString(CultureInfo.InvariantCulture), "--trace"];
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["DOTNET_TieredCompilation"] = tiered ? "1" : "0";
        using var process = Process.Start(start)!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var bytes = 0L;
        int count;
        while ((count = await process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, count));
            bytes += count;
        }

        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return (Convert.ToHexString(hash.GetHashAndReset()), bytes);
    }
}
