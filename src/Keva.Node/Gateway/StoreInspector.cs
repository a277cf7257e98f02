using Keva.Actors;
using Keva.Node.State;

namespace Keva.Node.Gateway;

/// <summary>The store's actor as <see cref="IStoreInspector"/>: each call is a message to it and its answer.</summary>
internal sealed class StoreInspector(IActorRef gateway, TimeSpan timeout) : IStoreInspector
{
    private volatile IActorRef? store;

    public Task<StoreStatus?> DescribeAsync() => AskAsync<StoreStatus>(DescribeStore.Instance);

    public Task<KeysListed?> ListAsync(ListKeys request) => AskAsync<KeysListed>(request);

    private async Task<T?> AskAsync<T>(object question)
        where T : class
    {
        try
        {
            store ??= (await gateway.Ask<StoreFound>(GetStore.Instance, timeout)).Store;
            return store is { } found ? await found.Ask<T>(question, timeout) : null;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
