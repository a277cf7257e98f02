using System.Buffers;
using System.IO.Pipelines;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Keva.Tests.Fuzzing.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>
/// Bodies of requests as they come out of the server: with a length or in chunks, in pieces of any size, cut off or too slow.
/// The first bytes of an input say which; the rest is the body.
/// </summary>
internal static class RequestBodyTargets
{
    private const int Limit = 3_000;
    private const int QuotaBytes = 5_000;
    private const int ScriptBytes = 2;

    private static readonly KevaFailure TooLarge = new(KevaError.ValueTooLarge, "too large");

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("HTTP body", Read, Corpus)
        {
            Covers = ["BodyReader.ReadAsync"],

            // A buffer that grows is at most doubled at each step, and the last step is a copy.
            Limits = new FuzzLimits { FixedBytes = 96 * 1024, BytesPerByte = 4 },
            Tries = 10_000,
        },
    ];

    private enum Ending
    {
        Whole,
        CutOff,
        TooSlow,
    }

    private static IEnumerable<byte[]> Corpus()
    {
        foreach (var length in (int[])[0, 1, Limit, Limit + 1, QuotaBytes, 2 * QuotaBytes])
        {
            for (byte script = 0; script < 8; script++)
            {
                yield return [script, 100, .. new byte[length]];
            }
        }
    }

    private static FuzzOutcome Read(byte[] input, FuzzMeter meter)
    {
        if (input.Length < ScriptBytes)
        {
            return FuzzOutcome.Refused("nothing");
        }

        var hasLength = (input[0] & 1) == 0;
        var ending = (Ending)((input[0] >> 1) % 3);
        var body = input[ScriptBytes..];
        var quota = new ByteQuota(QuotaBytes);
        var reader = new ScriptedPipeReader(body, pieceBytes: 1 + input[1] * 13, ending);
        var exchange = new HttpExchange(quota);
        exchange.Begin(Features(reader, hasLength ? body.Length : null));
        BodyOutcome outcome;
        using (meter.Measure())
        {
            var reading = BodyReader.ReadAsync(exchange, Limit, TooLarge);
            FuzzCheck.That(reading.IsCompleted, "a body that has come in is read at once");
            outcome = reading.GetAwaiter().GetResult();
        }

        FuzzCheck.That(quota.Taken <= QuotaBytes, "no more is held than the quota");
        exchange.End();
        FuzzCheck.That(quota.Taken == 0, "what was taken is given back");
        FuzzCheck.That(outcome.Bytes is null != outcome.Failure is null, "there is a body or a failure");
        if (outcome.Failure is { } failure)
        {
            FuzzCheck.That(failure != TooLarge || body.Length > Limit, "only what is too large is called so");
            FuzzCheck.That(failure.Error != KevaError.RequestTimeout || ending == Ending.TooSlow, "only what is slow is called so");
            return FuzzOutcome.Refused(failure.Message);
        }

        FuzzCheck.That(body.Length <= Limit && (ending == Ending.Whole || body.Length == 0), "a body that is accepted is whole and within the limit");
        FuzzCheck.Same(body, outcome.Bytes, "a body arrives as it was sent");
        return FuzzOutcome.AcceptedAs(hasLength ? "length" : "chunks");
    }

    private static FeatureCollection Features(PipeReader body, int? length)
    {
        var request = new HttpRequestFeature { Method = "PUT", RawTarget = "/" };
        if (length is { } bytes)
        {
            request.Headers.ContentLength = bytes;
        }
        else
        {
            request.Headers.TransferEncoding = "chunked";
        }

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IRequestBodyPipeFeature>(new BodyFeature(body));
        return features;
    }

    private sealed record BodyFeature(PipeReader Reader) : IRequestBodyPipeFeature;

    /// <summary>Hands out a body in pieces, each in two segments, and ends it as told.</summary>
    private sealed class ScriptedPipeReader : PipeReader
    {
        // Made beforehand: what the server allocates is not the reader's.
        private readonly Queue<ReadResult> pieces = new();
        private readonly Ending ending;
        private bool isRead;

        public ScriptedPipeReader(byte[] body, int pieceBytes, Ending ending)
        {
            this.ending = ending;
            var sent = ending == Ending.Whole ? body.Length : body.Length / 2;
            var given = 0;
            do
            {
                var piece = body.AsMemory(given, Math.Min(pieceBytes, sent - given));
                given += piece.Length;
                pieces.Enqueue(new ReadResult(InTwo(piece), isCanceled: false, isCompleted: ending == Ending.Whole && given == sent));
            }
            while (given < sent);
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            FuzzCheck.That(!isRead, "what was read is given back before more is read");
            isRead = true;
            return pieces.TryDequeue(out var piece)
                ? ValueTask.FromResult(piece)
                : throw (ending == Ending.CutOff
                    ? new IOException("Unexpected end of request content.")
                    : new BadHttpRequestException("Reading the request body timed out.", StatusCodes.Status408RequestTimeout));
        }

        public override void AdvanceTo(SequencePosition consumed) => isRead = false;

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => isRead = false;

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void CancelPendingRead() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null)
        {
        }

        private static ReadOnlySequence<byte> InTwo(ReadOnlyMemory<byte> piece)
        {
            var first = new Segment(piece[..(piece.Length / 2)]);
            var last = first.Append(piece[(piece.Length / 2)..]);
            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
