using System.Text;
using Keva.LoadGenerator.Http;

namespace Keva.Tests.LoadGenerator;

public sealed class HttpResponseReaderTests
{
    [Fact]
    public void A_body_of_a_given_length_is_found()
    {
        var (state, reader, body) = Read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeva-Node: host1\r\n\r\nhello");

        Assert.Equal(HttpResponseState.Complete, state);
        Assert.Equal(200, reader.Status);
        Assert.Equal("hello", body);
        Assert.True(reader.IsKeptAlive);
    }

    [Fact]
    public void The_length_is_that_of_the_first_response_when_more_follows()
    {
        const string first = "HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nab";
        var (state, reader, body) = Read(first + "HTTP/1.1 500");

        Assert.Equal(HttpResponseState.Complete, state);
        Assert.Equal(first.Length, reader.Length);
        Assert.Equal("ab", body);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "abc0123456789")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;name=value\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "")]
    public void A_chunked_body_is_put_together(string response, string expected)
    {
        var (state, reader, body) = Read(response);

        Assert.Equal(HttpResponseState.Complete, state);
        Assert.Equal(expected, body);
        Assert.Equal(response.Length, reader.Length);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public void Some_statuses_have_no_body_and_need_no_length(int status)
    {
        var (state, reader, body) = Read($"HTTP/1.1 {status} Some Words\r\nKeva-Revision: 7\r\n\r\n");

        Assert.Equal(HttpResponseState.Complete, state);
        Assert.Equal(status, reader.Status);
        Assert.Empty(body);
    }

    [Fact]
    public void A_server_that_closes_the_connection_says_so()
    {
        var (_, reader, _) = Read("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(503, reader.Status);
        Assert.False(reader.IsKeptAlive);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: now\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public void However_a_response_is_cut_it_is_incomplete_until_its_last_byte(string response)
    {
        var bytes = Encoding.ASCII.GetBytes(response);
        var reader = default(HttpResponseReader);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(HttpResponseState.Incomplete, reader.Advance(bytes.AsSpan(0, length)));
        }

        Assert.Equal(HttpResponseState.Complete, reader.Advance(bytes));
        var whole = Read(response);
        Assert.Equal(whole.Body, Encoding.ASCII.GetString(bytes, reader.BodyStart, reader.BodyLength));
        Assert.Equal(whole.Reader.Length, reader.Length);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\nx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("SSH-2.0-server\r\n\r\n")]
    public void What_is_not_a_plain_response_is_malformed(string response)
    {
        Assert.Equal(HttpResponseState.Malformed, Read(response).State);
    }

    [Fact]
    public void A_head_without_end_is_malformed_and_not_waited_for()
    {
        var endless = "HTTP/1.1 200 OK\r\nName: " + new string('x', HttpResponseReader.MaxHeadBytes);
        var endlessChunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + new string('x', 100);

        Assert.Equal(HttpResponseState.Malformed, Read(endless).State);
        Assert.Equal(HttpResponseState.Malformed, Read(endlessChunk).State);
    }

    [Fact]
    public void Whatever_bytes_come_they_are_read_without_an_exception()
    {
        var random = new Random(1);
        var response = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: x\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = response.ToArray();
            for (var change = random.Next(4); change >= 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var reader = default(HttpResponseReader);
            var state = reader.Advance(damaged.AsSpan(0, random.Next(damaged.Length + 1)));
            Assert.True(state != HttpResponseState.Complete || reader.BodyStart + reader.BodyLength <= reader.Length);
        }
    }

    private static (HttpResponseState State, HttpResponseReader Reader, string Body) Read(string response)
    {
        var bytes = Encoding.ASCII.GetBytes(response);
        var reader = default(HttpResponseReader);
        var state = reader.Advance(bytes);
        return (state, reader, state == HttpResponseState.Complete ? Encoding.ASCII.GetString(bytes, reader.BodyStart, reader.BodyLength) : "");
    }
}
