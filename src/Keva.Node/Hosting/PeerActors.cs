using System.Globalization;
using Keva.Actors;
using Keva.Node.Configuration;
using Keva.Node.Peers;
using Keva.Node.Transport;
using Keva.Raft;

namespace Keva.Node.Hosting;

/// <summary>Keeps one <see cref="PeerActor"/> for each node that is to be dialled.</summary>
internal sealed class PeerActors(IActorContext context, IPeerNetwork network, TransportSettings settings, Random random)
{
    private readonly SortedDictionary<string, (PeerTarget Target, IActorRef Actor)> actors = new(StringComparer.Ordinal);
    private int made;

    /// <summary>The actor of each node whose id is known.</summary>
    public IReadOnlyDictionary<NodeId, IActorRef> ByNode =>
        actors.Values.Where(entry => !entry.Target.Node.IsNone).ToDictionary(entry => entry.Target.Node, entry => entry.Actor);

    /// <summary>Has those dialled and nobody else. True if anything is different then.</summary>
    public bool Keep(IReadOnlyList<PeerTarget> targets, PeerHello greeting)
    {
        var hasChanged = false;
        foreach (var gone in actors.Keys.Except(targets.Select(target => target.Name), StringComparer.Ordinal).ToArray())
        {
            context.Stop(actors[gone].Actor);
            actors.Remove(gone);
            hasChanged = true;
        }

        foreach (var target in targets)
        {
            hasChanged |= Keep(target, greeting);
        }

        return hasChanged;
    }

    public void Tell(object message)
    {
        foreach (var (_, actor) in actors.Values)
        {
            actor.Tell(message);
        }
    }

    /// <summary>Tells the actor of the node of this name, if there is one.</summary>
    public void Tell(string name, object message)
    {
        if (actors.TryGetValue(name, out var entry))
        {
            entry.Actor.Tell(message);
        }
    }

    private bool Keep(PeerTarget target, PeerHello greeting)
    {
        if (actors.TryGetValue(target.Name, out var entry))
        {
            if (entry.Target == target)
            {
                return false;
            }

            if (entry.Target.Addresses.PeerAddress == target.Addresses.PeerAddress)
            {
                actors[target.Name] = (target, entry.Actor);
                entry.Actor.Tell(new PeerExpected(target.Node));
                return true;
            }

            context.Stop(entry.Actor);
        }

        var address = target.Addresses.PeerAddress;
        var expected = target.Node;
        var dice = new Random(random.Next());
        var node = context.Self;
        var actor = context.ActorOf(
            Props.Create(() => new PeerActor(address, expected, greeting, network, settings, dice, node)),
            string.Create(CultureInfo.InvariantCulture, $"peer-{target.Name}-{++made}"));
        actors[target.Name] = (target, actor);
        return true;
    }
}
