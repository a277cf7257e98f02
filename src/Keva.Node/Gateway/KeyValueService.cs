using Keva.Actors;

namespace Keva.Node.Gateway;

/// <summary>The store as <see cref="IKeyValueService"/>: each call is a message to the gateway and its answer.</summary>
internal sealed class KeyValueService(IActorRef gateway, ClusterViewHolder views, TimeSpan timeout) : IKeyValueService
{
    public ClusterView View => views.Current;

    public Task<WriteOutcome> SetAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, WriteRouting routing = WriteRouting.Forward) =>
        gateway.Ask<WriteOutcome>(new ClientWrite(WriteKind.Set, key, value, routing), timeout);

    public Task<WriteOutcome> DeleteAsync(ReadOnlyMemory<byte> key, WriteRouting routing = WriteRouting.Forward) =>
        gateway.Ask<WriteOutcome>(new ClientWrite(WriteKind.Delete, key, ReadOnlyMemory<byte>.Empty, routing), timeout);

    public Task<ReadOutcome> GetAsync(ReadOnlyMemory<byte> key, ReadConsistency consistency = ReadConsistency.Linearizable) =>
        gateway.Ask<ReadOutcome>(new ClientRead(key, consistency), timeout);
}
