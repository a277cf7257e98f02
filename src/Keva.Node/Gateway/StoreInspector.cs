using Keva.Actors;
using Keva.Node.State;

namespace Keva.Node.Gateway;

/// <summary>The store's actor as <see cref="IStoreInspector"/>: each call is a message to it and its answer.</summary>
internal sealed class StoreInspector(IActorRef gateway, TimeSpan timeout) : IStoreInspector
{
    private volatile IActorRef? store;

    public async Task<KeysListed?> ListAsync(ListKeys request)
    {
        try
        {
            store ??= (await gateway.Ask<StoreFound>(GetStore.Instance, timeout)).Store;
            return store is { } found ? await found.Ask<KeysListed>(request, timeout) : null;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
