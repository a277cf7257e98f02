using Keva.Actors.Cells;

namespace Keva.Actors.Event;

/// <summary>
/// What happens in a system beside its messages: dead letters, unhandled messages, errors, and what its actors publish.
/// Subscribers are called in the order of subscription, on the publisher's thread.
/// </summary>
public sealed class EventStream
{
    private readonly Lock _gate = new();
    private Subscription[] _subscriptions = [];

    /// <summary>Tells <paramref name="subscriber"/> every event of the type, or of one derived from it, until it ends.</summary>
    /// <returns>False if that was subscribed already.</returns>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        lock (_gate)
        {
            if (_subscriptions.Any(existing => existing.Concerns(subscriber, channel)))
            {
                return false;
            }

            _subscriptions = [.. _subscriptions, new Subscription(channel, subscriber, @event => subscriber.Tell(@event, ActorRefs.NoSender))];
            return true;
        }
    }

    public bool Subscribe<TEvent>(IActorRef subscriber) => Subscribe(subscriber, typeof(TEvent));

    /// <summary>
    /// Calls <paramref name="handler"/> for every event of the type until the result is disposed. It must be quick and
    /// thread-safe; one that throws is reported as an <see cref="Error"/> and not called again.
    /// </summary>
    public IDisposable Subscribe<TEvent>(Action<TEvent> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new Subscription(typeof(TEvent), Subscriber: null, @event => handler((TEvent)@event));
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return new Unsubscriber(this, subscription);
    }

    /// <returns>False if there was no such subscription.</returns>
    public bool Unsubscribe(IActorRef subscriber, Type channel) => RemoveWhere(subscription => subscription.Concerns(subscriber, channel));

    /// <inheritdoc cref="Unsubscribe(IActorRef, Type)"/>
    public bool Unsubscribe(IActorRef subscriber) => RemoveWhere(subscription => ReferenceEquals(subscription.Subscriber, subscriber));

    public void Publish(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            if (subscription.Channel.IsInstanceOfType(@event))
            {
                Deliver(subscription, @event);
            }
        }
    }

    private void Deliver(Subscription subscription, object @event)
    {
        // An ended subscriber would turn each event into a dead letter, which is an event.
        if (subscription.Subscriber is IInternalActorRef { IsTerminated: true })
        {
            RemoveWhere(existing => ReferenceEquals(existing, subscription));
            return;
        }

        try
        {
            subscription.Deliver(@event);
        }
        catch (Exception exception)
        {
            // Whatever a handler throws, it must not hurt the actor that has published.
            // Removed first, so that reporting ends even if every handler throws.
            RemoveWhere(existing => ReferenceEquals(existing, subscription));
            Publish(new Error(exception, nameof(EventStream), $"A handler of {subscription.Channel} has thrown and is not called any more"));
        }
    }

    private bool RemoveWhere(Predicate<Subscription> match)
    {
        lock (_gate)
        {
            var before = _subscriptions;
            _subscriptions = Array.FindAll(before, subscription => !match(subscription));
            return _subscriptions.Length < before.Length;
        }
    }

    private sealed record Subscription(Type Channel, IActorRef? Subscriber, Action<object> Deliver)
    {
        public bool Concerns(IActorRef subscriber, Type channel) => Channel == channel && ReferenceEquals(Subscriber, subscriber);
    }

    private sealed class Unsubscriber(EventStream stream, Subscription subscription) : IDisposable
    {
        public void Dispose() => stream.RemoveWhere(existing => ReferenceEquals(existing, subscription));
    }
}
