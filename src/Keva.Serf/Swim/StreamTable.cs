using System.Net;
using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>
/// Streams that are open. On each there is one message from the side that opened it, and one or none back. The sides do not
/// identify each other: on one machine all come from the same address.
/// </summary>
internal sealed class StreamTable(SerfOptions options, TimerQueue timers, KeyringHolder keys, NonceSource nonces, Outbox outbox)
{
    /// <summary>As many as an agent serves at a time.</summary>
    private const int MostAccepted = 128;

    /// <summary>What all streams together may have sent without having finished a message.</summary>
    private const long MostBufferedBytes = 4L * WireLimits.StreamBytes;

    private readonly Dictionary<long, Exchange> exchanges = [];
    private long lastStream;
    private int accepted;
    private long bufferedBytes;

    /// <summary>Answers a request; returns null where the protocol has no answer.</summary>
    public required Func<MemberlistMessage, MemberlistMessage?> Serve { get; init; }

    /// <summary>Called after the answer to a request is on its way.</summary>
    public required Action<MemberlistMessage> Served { get; init; }

    public long Refused { get; private set; }

    public long Accept()
    {
        var stream = ++lastStream;
        if (accepted >= MostAccepted)
        {
            outbox.Add(new CloseStream(stream));
            return stream;
        }

        accepted++;
        Add(stream, new Exchange(new StreamMessageReader(keys.Current), onAnswer: null), options.Timing.StreamTimeout);
        return stream;
    }

    /// <summary>Opens a stream; <paramref name="onAnswer"/> gets the answer, or null and the reason why there is none.</summary>
    public void Open(IPEndPoint to, MemberlistMessage request, Action<MemberlistMessage?, string?> onAnswer, TimeSpan timeout)
    {
        var stream = ++lastStream;
        outbox.Add(new OpenStream(stream, to, Seal(request)));
        Add(stream, new Exchange(new StreamMessageReader(keys.Current), onAnswer), timeout);
    }

    public void OnData(long stream, ReadOnlySpan<byte> bytes)
    {
        if (!exchanges.TryGetValue(stream, out var exchange))
        {
            return;
        }

        try
        {
            var before = exchange.Reader.BufferedBytes;
            var message = exchange.Reader.Append(bytes);
            bufferedBytes += exchange.Reader.BufferedBytes - before;
            if (message is not null)
            {
                OnMessage(stream, exchange, message);
            }
            else if (bufferedBytes > MostBufferedBytes)
            {
                Refused++;
                End(stream, exchange, null, "too much is in the air");
            }
        }
        catch (MalformedMessageException exception)
        {
            Refused++;
            if (exchange.OnAnswer is null)
            {
                outbox.Add(new WriteStream(stream, Seal(new ErrorResponse(exchange.Reader.Refusal ?? exception.Message))));
            }

            End(stream, exchange, null, exception.Message);
        }
    }

    public void OnClosed(long stream)
    {
        if (exchanges.TryGetValue(stream, out var exchange))
        {
            End(stream, exchange, null, "there is no connection, or it ended before the answer did");
        }
    }

    public void CloseAll()
    {
        foreach (var stream in exchanges.Keys.Order().ToList())
        {
            End(stream, exchanges[stream], null, "this node stops");
        }
    }

    private void OnMessage(long stream, Exchange exchange, MemberlistMessage message)
    {
        if (exchange.OnAnswer is not null)
        {
            End(stream, exchange, message, message is ErrorResponse error ? error.Error : null);
            return;
        }

        if (Serve(message) is { } answer)
        {
            outbox.Add(new WriteStream(stream, Seal(answer)));
        }

        End(stream, exchange, message, null);
        Served(message);
    }

    private void Add(long stream, Exchange exchange, TimeSpan timeout)
    {
        exchanges.Add(stream, exchange);
        exchange.Timer = timers.Schedule(timeout, () => End(stream, exchange, null, "there was no answer in time"));
    }

    private void End(long stream, Exchange exchange, MemberlistMessage? answer, string? failure)
    {
        if (!exchanges.Remove(stream))
        {
            return;
        }

        exchange.Timer?.Cancel();
        bufferedBytes -= exchange.Reader.BufferedBytes;
        accepted -= exchange.OnAnswer is null ? 1 : 0;
        outbox.Add(new CloseStream(stream));
        exchange.OnAnswer?.Invoke(answer is ErrorResponse ? null : answer, failure);
    }

    private byte[] Seal(MemberlistMessage message) => StreamEncoder.Seal(message, options.Compress, keys.Current, nonces);

    private sealed class Exchange(StreamMessageReader reader, Action<MemberlistMessage?, string?>? onAnswer)
    {
        public StreamMessageReader Reader { get; } = reader;

        /// <summary>Null on a stream that another node opened.</summary>
        public Action<MemberlistMessage?, string?>? OnAnswer { get; } = onAnswer;

        public ScheduledTimer? Timer { get; set; }
    }
}
