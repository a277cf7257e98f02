using Keva.Actors;

namespace Keva.Simulator.World;

/// <summary>Stands where an actor expects somebody to answer to.</summary>
internal sealed class ReplyRef(Action<object> onReply) : IActorRef
{
    public ActorPath Path => ActorRefs.Nobody.Path;

    public void Tell(object message, IActorRef? sender) => onReply(message);

    public override string ToString() => "reply";
}
