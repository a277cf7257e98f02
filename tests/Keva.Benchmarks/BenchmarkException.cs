namespace Keva.Benchmarks;

/// <summary>The benchmark cannot be run, or what it measured would be worth nothing; the message says why.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
