namespace Keva.Cluster.Tests.Harness;

/// <summary>Writes very many keys over many connections. Each must be acknowledged, or the load fails.</summary>
internal static class BulkLoad
{
    private const int Ok = 200;
    private const int Busy = 429;

    /// <param name="ports">The users' ports of the nodes to write through.</param>
    /// <param name="connections">How many connections, spread over the ports.</param>
    /// <param name="count">How many keys: <see cref="KeyOf"/> from 0.</param>
    /// <param name="value">The value of each.</param>
    public static async Task RunAsync(IReadOnlyList<int> ports, int connections, int count, byte[] value)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(() => WriteAsync(ports[number % ports.Count]))));

        async Task WriteAsync(int port)
        {
            using var connection = await BareHttpConnection.OpenAsync(port);
            int key;
            while ((key = Interlocked.Increment(ref next)) < count)
            {
                var request = BareHttpConnection.SetRequest(KeyOf(key), value);
                int status;
                do
                {
                    await connection.SendAsync(request);
                    status = await connection.ReadAnswerAsync();
                }
                while (status == Busy);
                Assert.Equal(Ok, status);
            }
        }
    }

    public static string KeyOf(int number) => $"bulk/{number:d8}";
}
