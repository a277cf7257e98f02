namespace Keva.Tests.Fuzzing.Engine;

/// <summary>
/// Gives an input to a reader, within the meter's measurement, and then checks what came out: above all that what was
/// accepted means the same after writing and reading it again. Throws what the reader throws and ought not to.
/// </summary>
internal delegate FuzzOutcome FuzzProbe(byte[] input, FuzzMeter meter);

/// <summary>What reading may cost: so much for any input, and so much more for each byte of it.</summary>
internal sealed record FuzzLimits
{
    public long FixedBytes { get; init; } = 64 * 1024;

    public long BytesPerByte { get; init; } = 32;

    public TimeSpan FixedTime { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan TimePerByte { get; init; } = TimeSpan.FromMicroseconds(1);

    public long BytesFor(int length) => FixedBytes + BytesPerByte * length;

    public TimeSpan TimeFor(int length) => FixedTime + TimePerByte * length;
}

/// <summary>A reader of bytes or text from outside, and what the fuzzer needs to know to try it.</summary>
/// <param name="Name">Names it in reports and in <c>KEVA_FUZZ_TARGET</c>.</param>
/// <param name="Probe">Tries one input.</param>
/// <param name="Corpus">Makes inputs to begin with, most of them valid.</param>
internal sealed record FuzzTarget(string Name, FuzzProbe Probe, Func<IEnumerable<byte[]>> Corpus)
{
    /// <summary>Pieces that mean something to the reader.</summary>
    public IReadOnlyList<byte[]> Tokens { get; init; } = [];

    /// <summary>Makes an input out of nothing, with the reader's format in mind; null if there is no such maker.</summary>
    public Func<FuzzRandom, byte[]>? Generate { get; init; }

    /// <summary>Makes checksums right again, so that damage gets past them; applied to three inputs out of four.</summary>
    public Action<byte[]>? Repair { get; init; }

    public FuzzLimits Limits { get; init; } = new();

    /// <summary>Tries in an ordinary run of the tests: about a third of a second.</summary>
    public int Tries { get; init; } = 5_000;

    /// <summary>Whether every input is one that the reader must take.</summary>
    public bool RefusesNothing { get; init; }

    /// <summary>The readers that this target stands for, as <c>Type.Method</c>.</summary>
    public IReadOnlyList<string> Covers { get; init; } = [];

    public override string ToString() => Name;
}
