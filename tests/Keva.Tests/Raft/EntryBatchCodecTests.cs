using Keva.Raft;
using Keva.Raft.Log;

namespace Keva.Tests.Raft;

public sealed class EntryBatchCodecTests
{
    private static LogEntry Entry(long index, long term, string payload) =>
        new(new LogIndex(index), new Term(term), EntryKind.Command, System.Text.Encoding.UTF8.GetBytes(payload));

    [Fact]
    public void A_batch_reads_back_as_it_was_written()
    {
        var batch = new EntryBatch([Entry(7, 2, "a"), Entry(8, 2, ""), Entry(9, 5, "ccc")]);

        Assert.True(EntryBatch.TryDecode(batch.Encoded, out var decoded));

        Assert.Equal(batch.Entries.ToArray().Select(entry => entry.Id), decoded.Entries.ToArray().Select(entry => entry.Id));
        Assert.Equal("ccc"u8.ToArray(), decoded[2].Payload.ToArray());
    }

    [Fact]
    public void Every_shortened_batch_is_refused()
    {
        var bytes = new EntryBatch([Entry(7, 2, "abc"), Entry(8, 2, "d")]).Encoded;

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(EntryBatch.TryDecode(bytes[..length], out _));
        }
    }

    [Fact]
    public void A_count_that_the_bytes_cannot_hold_is_refused_before_anything_is_allocated()
    {
        var bytes = new EntryBatch([Entry(7, 2, "abc")]).Encoded.ToArray();
        bytes[3] = 0x7f;

        Assert.False(EntryBatch.TryDecode(bytes, out _));
    }
}
