using System.Net;
using System.Net.Sockets;
using System.Text;
using Keva.LoadGenerator.Http;
using Keva.LoadGenerator.Jobs;

namespace Keva.Tests.LoadGenerator;

/// <summary>Whole jobs against a server that answers as a test says.</summary>
public sealed class LoadRunTests
{
    private static readonly string Value = Encoding.ASCII.GetString(new KeySpace(valueBytes: 10).Value);

    [FactOnLinux]
    public void Right_answers_are_counted_and_timed()
    {
        using var server = new ScriptedServer(_ => Response(200, Value));
        var result = JobRunner.Run(Job(server.Port));

        Assert.Equal(0, result.Errors);
        Assert.Null(result.FirstError);
        Assert.InRange(result.Requests, 1, long.MaxValue);
        Assert.Equal(0, result.Writes);
        Assert.InRange(result.P50, 0.1, result.P99);
        Assert.InRange(result.P99, result.P50, result.Maximum);
    }

    [FactOnLinux]
    public void A_wrong_answer_is_an_error_and_no_request()
    {
        using var server = new ScriptedServer(_ => Response(503, "{\"error\":\"no leader\"}"));
        var result = JobRunner.Run(Job(server.Port));

        Assert.Equal(0, result.Requests);
        Assert.InRange(result.Errors, 1, long.MaxValue);
        Assert.Equal("status 503: {\"error\":\"no leader\"}", result.FirstError);
    }

    [FactOnLinux]
    public void A_value_that_is_not_the_one_that_was_written_is_an_error()
    {
        using var server = new ScriptedServer(_ => Response(200, "0123456789"));
        var result = JobRunner.Run(Job(server.Port));

        Assert.Equal(0, result.Requests);
        Assert.Equal("status 200: 0123456789", result.FirstError);
    }

    [FactOnLinux]
    public void A_connection_that_breaks_is_an_error_and_is_made_anew()
    {
        using var server = new ScriptedServer(number => number % 5 == 4 ? null : Response(200, Value));
        var result = JobRunner.Run(Job(server.Port));

        Assert.InRange(result.Requests, 1, long.MaxValue);
        Assert.InRange(result.Errors, 1, long.MaxValue);
    }

    [FactOnLinux]
    public void Filling_writes_every_key_once_even_if_some_are_refused_at_first()
    {
        const int keys = 50;
        var stored = new HashSet<string>(StringComparer.Ordinal);
        using var server = new ScriptedServer((number, request) =>
        {
            if (number % 7 == 3)
            {
                return Response(429, "{}");
            }

            lock (stored)
            {
                stored.Add(request.Split(' ')[1]);
            }

            return Response(200, "{\"revision\":1}");
        });
        var result = JobRunner.Run(Job(server.Port) with { Kind = LoadKind.Fill, Keys = keys });

        Assert.Equal(keys, result.Writes);
        Assert.Equal(keys, stored.Count);
        Assert.Equal("status 429: {}", result.FirstError);
    }

    private static LoadJob Job(int port) => new()
    {
        Dialect = DialectName.Keva,
        Ports = [port],
        Connections = 3,
        Threads = 2,
        Seconds = 1,
        Keys = 10,
        ValueBytes = 10,
        ServerProcesses = [Environment.ProcessId],
    };

    private static string Response(int status, string body) => $"HTTP/1.1 {status} Words\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class FactOnLinuxAttribute : FactAttribute
    {
        public FactOnLinuxAttribute()
        {
            if (!OperatingSystem.IsLinux())
            {
                Skip = "the load generator uses epoll and /proc";
            }
        }
    }

    /// <summary>Answers the n-th request, of whichever connection, or closes the connection when there is no answer.</summary>
    private sealed class ScriptedServer : IDisposable
    {
        private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Func<int, string, string?> answer;
        private int requests = -1;

        public ScriptedServer(Func<int, string?> answer)
            : this((number, _) => answer(number))
        {
        }

        public ScriptedServer(Func<int, string, string?> answer)
        {
            this.answer = answer;
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            RunOnThread(Accept);
        }

        public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

        public void Dispose() => listener.Dispose();

        // Threads of its own: the pool's are busy with other tests.
        private static void RunOnThread(Action action) => new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Disposed of, or the client went away.
            }
        })
        {
            IsBackground = true,
        }.Start();

        private void Accept()
        {
            while (true)
            {
                var connection = listener.Accept();
                RunOnThread(() => Serve(connection));
            }
        }

        private void Serve(Socket connection)
        {
            using (connection)
            {
                // Requests are small and one at a time, so each comes in one piece.
                var buffer = new byte[4096];
                int count;
                while ((count = connection.Receive(buffer)) > 0)
                {
                    if (answer(Interlocked.Increment(ref requests), Encoding.ASCII.GetString(buffer, 0, count)) is not { } response)
                    {
                        return;
                    }

                    connection.Send(Encoding.ASCII.GetBytes(response));
                }
            }
        }
    }
}
