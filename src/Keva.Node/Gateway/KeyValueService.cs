using System.Diagnostics;
using Keva.Actors;
using Keva.Node.Telemetry.Tracing;

namespace Keva.Node.Gateway;

/// <summary>The store as <see cref="IKeyValueService"/>: each call is a message to the gateway and its answer.</summary>
internal sealed class KeyValueService(IActorRef gateway, ClusterViewHolder views, TimeSpan timeout) : IKeyValueService
{
    public ClusterView View => views.Current;

    public Task<WriteOutcome> SetAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, WriteRouting routing = WriteRouting.Forward) =>
        WriteAsync(new ClientWrite(WriteKind.Set, key, value, routing));

    public Task<WriteOutcome> DeleteAsync(ReadOnlyMemory<byte> key, WriteRouting routing = WriteRouting.Forward) =>
        WriteAsync(new ClientWrite(WriteKind.Delete, key, ReadOnlyMemory<byte>.Empty, routing));

    public Task<ReadOutcome> GetAsync(ReadOnlyMemory<byte> key, ReadConsistency consistency = ReadConsistency.Linearizable) =>
        KevaActivity.HasListeners ? TracedReadAsync(new ClientRead(key, consistency)) : gateway.Ask<ReadOutcome>(new ClientRead(key, consistency), timeout);

    private Task<WriteOutcome> WriteAsync(ClientWrite write) =>
        KevaActivity.HasListeners ? TracedWriteAsync(write) : gateway.Ask<WriteOutcome>(write, timeout);

    private async Task<WriteOutcome> TracedWriteAsync(ClientWrite write)
    {
        using var span = KevaActivity.Start(write.Kind == WriteKind.Set ? "set" : "delete", ActivityKind.Internal, Activity.Current?.Context ?? default);
        var outcome = await gateway.Ask<WriteOutcome>(write with { Trace = span }, timeout);
        Note(span, outcome.Error);
        return outcome;
    }

    private async Task<ReadOutcome> TracedReadAsync(ClientRead read)
    {
        using var span = KevaActivity.Start("get", ActivityKind.Internal, Activity.Current?.Context ?? default);
        var outcome = await gateway.Ask<ReadOutcome>(read with { Trace = span }, timeout);
        Note(span, outcome.Error);
        return outcome;
    }

    private static void Note(Activity? span, KevaFailure? failure)
    {
        if (failure is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, ErrorMap.Of(failure.Error).Code);
        }
    }
}
