using System.Reflection;
using System.Runtime.CompilerServices;
using Keva.Journal.Rows;
using Keva.Node.Transport.Codec;
using Keva.Raft.Log;
using Keva.Store.Commands;
using Microsoft.Extensions.Primitives;

namespace Keva.Tests.Fuzzing;

/// <summary>A reader that somebody adds and nobody fuzzes is noticed here.</summary>
public sealed class FuzzTargetsTests
{
    private static readonly Type[] Raw =
    [
        typeof(string), typeof(byte[]), typeof(Stream), typeof(ReadOnlySpan<byte>), typeof(ReadOnlyMemory<byte>), typeof(ReadOnlySpan<char>), typeof(StringValues),
    ];

    private static readonly string[] ReaderNames =
        ["Parse", "TryParse", "Decode", "TryDecode", "Read", "TryRead", "Split", "TrySplit", "Load", "TryLoad", "Matches", "Receive"];

    [Fact]
    public void Every_reader_of_bytes_or_text_has_a_target()
    {
        var covered = FuzzTargets.All.SelectMany(target => target.Covers).ToHashSet(StringComparer.Ordinal);

        Assert.InRange(Readers().Count(), 20, int.MaxValue); // they are found at all
        Assert.Equal([], Readers().Where(reader => !covered.Contains(reader)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_target_is_about_readers_that_exist()
    {
        var known = Types().SelectMany(type => Methods(type).Select(method => $"{type.Name}.{method.Name}")).ToHashSet(StringComparer.Ordinal);

        Assert.Equal([], FuzzTargets.All.SelectMany(target => target.Covers).Where(reader => !known.Contains(reader)).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void Targets_have_different_names() =>
        Assert.Equal(FuzzTargets.All.Count, FuzzTargets.All.Select(target => target.Name).Distinct(StringComparer.Ordinal).Count());

    private static IEnumerable<string> Readers() => Types()
        .SelectMany(type => Methods(type)
            .Where(IsReader)
            .Select(method => $"{type.Name}.{method.Name}"))
        .Distinct(StringComparer.Ordinal);

    private static bool IsReader(MethodInfo method) =>
        !method.IsPrivate
        && ReaderNames.Any(name => method.Name.StartsWith(name, StringComparison.Ordinal))
        && method.GetParameters().Any(parameter => Raw.Contains(parameter.ParameterType));

    private static IEnumerable<Type> Types() =>
        new[] { typeof(PeerMessageCodec), typeof(JournalRow), typeof(EntryBatchCodec), typeof(CommandCodec), typeof(Keva.Serf.SerfNode) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.Namespace != "Keva.Node.Transport.Wire" && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null);

    private static IEnumerable<MethodInfo> Methods(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly);
}
