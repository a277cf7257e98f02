using System.Globalization;
using Keva.Raft;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Scripting;

/// <summary>
/// The language of the scripts: one handler a verb. A handler does its thing and returns lines of its own; what the
/// servers do because of it is told after them.
/// </summary>
internal sealed class ScriptVerbs
{
    private readonly ScriptedCluster cluster = new();
    private readonly SortedDictionary<string, Func<string[], IEnumerable<string>>> handlers;
    private RaftOptions options = ServerUnderTest.Options;

    public ScriptVerbs() => handlers = new(StringComparer.Ordinal)
    {
        ["options"] = Options,
        ["cluster"] = Cluster,
        ["given"] = Given,
        ["tick"] = Tick,
        ["campaign"] = words => Each(words[0], server => server.Do(driver => driver.Core.Campaign())),
        ["deliver"] = Deliver,
        ["settle"] = Settle,
        ["drop"] = Drop,
        ["network"] = _ => cluster.OnTheirWay.Select(Line),
        ["cut"] = words => Quietly(() => cluster.Cut(Link(words[0]))),
        ["heal"] = _ => Quietly(cluster.Heal),
        ["unreachable"] = words => Each(words[0], server => server.Do(driver => driver.OnPeerUnreachable(ServerUnderTest.Node(Number(words[1]))))),
        ["hold"] = words => Hold(words, holds: true),
        ["release"] = words => Hold(words, holds: false),
        ["persist"] = words => Each(words[0], server => server.Persist(words.Length > 1 ? Count(words[1]) : int.MaxValue)),
        ["stall"] = Stall,
        ["resume"] = Resume,
        ["propose"] = words => Each(words[0], server => server.Propose(words[1..])),
        ["read"] = words => Each(words[0], server => server.Read(lease: words.Length > 1 && words[1] == "lease")),
        ["transfer"] = Transfer,
        ["stop"] = words => Each(words[0], server => server.Do(driver => driver.BeginStop())),
        ["checkpoint"] = words => Each(words[0], server => server.Machine.TakeCheckpoint()),
        ["crash"] = words => Quietly(() => Numbers(words[0]).ToList().ForEach(cluster.Crash)),
        ["restart"] = words => Quietly(() => Numbers(words[0]).ToList().ForEach(cluster.Restart)),
        ["log"] = words => Numbers(words).Select(number => $"n{number}: {LogOf(cluster.Server(number))}"),
        ["disk"] = words => Numbers(words).Select(number => $"n{number}: {DiskOf(cluster.Server(number))}"),
        ["status"] = words => Numbers(words).Select(StatusOf),
        ["followers"] = words => cluster.Server(Number(words[0])).Core.Followers.Select(Follower),
    };

    /// <summary>Runs one command; the lines are what the script is to expect after it.</summary>
    public IReadOnlyList<string> Run(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!handlers.TryGetValue(words[0], out var handler))
        {
            throw new ScriptException($"no such verb: {words[0]}; there are {string.Join(", ", handlers.Keys)}");
        }

        var lines = handler(words[1..]).ToList();
        lines.AddRange(cluster.Observe());
        return lines.Count == 0 ? ["ok"] : lines;
    }

    private static string Line((int From, int To, Keva.Raft.Messages.RaftMessage Message) message) =>
        $"n{message.From} -> n{message.To} {MessageText.Of(message.Message)}";

    private static IEnumerable<string> Quietly(Action action)
    {
        action();
        return [];
    }

    private static int Number(string name) => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture);

    private static int Count(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    /// <summary><c>n1->n2</c>, <c>n1->*</c>, <c>n1</c> (from and to it), <c>all</c>.</summary>
    private static Func<int, int, bool> Link(string word)
    {
        if (word == "all")
        {
            return (_, _) => true;
        }

        var ends = word.Split("->");
        if (ends.Length == 1)
        {
            var one = Number(word);
            return (from, to) => from == one || to == one;
        }

        return (from, to) => (ends[0] == "*" || Number(ends[0]) == from) && (ends[1] == "*" || Number(ends[1]) == to);
    }

    private static string LogOf(ServerUnderTest server) => $"{Entries(server.Log.Start, server.LogText)} | committed {server.Log.CommitIndex}";

    private static string DiskOf(ServerUnderTest server)
    {
        var disk = server.Disk.Recover();
        var vote = disk.HardState.VotedFor.IsNone ? "no vote" : $"vote n{disk.HardState.VotedFor.Value}";
        return $"term {disk.HardState.Term}, {vote}, log {Entries(disk.Start, ServerUnderTest.TextOf(disk.Entries))}";
    }

    // A log that was trimmed names the entry before its first in brackets.
    private static string Entries(EntryId start, string entries) => (start == EntryId.Zero, entries) switch
    {
        (true, "") => "empty",
        (true, _) => entries,
        (false, "") => $"({start})",
        (false, _) => $"({start}) {entries}",
    };

    private static string Follower(FollowerStatus status) =>
        $"n{status.Id.Value}: {status.State}, match {status.MatchIndex}, next {status.NextIndex}{(status.CanPersist ? "" : ", disk full")}";

    private IEnumerable<int> Numbers(string word) => word == "all" ? cluster.Numbers.Where(number => !cluster.IsDown(number)) : word.Split(',').Select(Number);

    private IEnumerable<int> Numbers(string[] words) => Numbers(words.Length == 0 ? "all" : words[0]);

    private string StatusOf(int number)
    {
        var server = cluster.Server(number);
        var leader = server.Core.Leader.IsNone ? "no leader" : $"leader n{server.Core.Leader.Value}";
        return $"n{number}: {server.Core.Role} in term {server.Term}, {leader}";
    }

    private IEnumerable<string> Each(string who, Action<ServerUnderTest> action) =>
        Quietly(() => Numbers(who).ToList().ForEach(number => action(cluster.Server(number))));

    private IEnumerable<string> Options(string[] words) => Quietly(() =>
    {
        foreach (var word in words)
        {
            var (name, value) = (word.Split('=')[0], Count(word.Split('=')[1]));
            options = name switch
            {
                "inflight" => options with { MaxInflightAppends = value },
                "append-bytes" => options with { MaxAppendBytes = value },
                "uncommitted-bytes" => options with { MaxUncommittedBytes = value },
                "retained" => options with { RetainedLogEntries = value },
                "retained-bytes-for-followers" => options with { RetainedLogBytesForFollowers = value },
                "snapshot-retry" => options with { SnapshotRetryTicks = value },
                _ => throw new ScriptException($"no such option: {name}"),
            };
        }
    });

    private IEnumerable<string> Cluster(string[] words) => Quietly(() =>
    {
        var all = Enumerable.Range(1, Count(words[0])).ToArray();
        foreach (var number in all)
        {
            cluster.Add(number, Setup(number, all));
        }
    });

    // given n1 term 3 log 1:a 2:b
    private IEnumerable<string> Given(string[] words) => Quietly(() =>
    {
        foreach (var number in Numbers(words[0]).ToArray())
        {
            var log = Array.IndexOf(words, "log");
            var setup = Setup(number, [.. cluster.Numbers]);
            cluster.Add(number, setup with
            {
                HardState = new HardState(new Term(Count(words[Array.IndexOf(words, "term") + 1])), NodeId.None),
                Log = log < 0 ? "" : string.Join(' ', words[(log + 1)..]),
            });
        }
    });

    // The higher the number, the longer the wait: n1 stands first.
    private ServerSetup Setup(int number, int[] all) => new()
    {
        Options = options,
        Configuration = ServerUnderTest.Voters(all),
        ElectionDelay = Math.Min((number - 1) * 3, options.ElectionTicks - 1),
    };

    private IEnumerable<string> Tick(string[] words)
    {
        for (var i = 0; i < (words.Length > 1 ? Count(words[1]) : 1); i++)
        {
            foreach (var number in Numbers(words[0]))
            {
                cluster.Server(number).Tick();
                foreach (var change in cluster.Observe())
                {
                    yield return change;
                }
            }
        }
    }

    // deliver [link] [count]: what is on its way now, each message with what comes of it.
    private IEnumerable<string> Deliver(string[] words)
    {
        var link = Link(words.Length > 0 ? words[0] : "all");
        foreach (var message in cluster.Take(link, words.Length > 1 ? Count(words[1]) : int.MaxValue))
        {
            yield return Line(message);
            cluster.Deliver(message);
            foreach (var change in cluster.Observe())
            {
                yield return "  " + change;
            }
        }
    }

    // settle [link]: delivers until nothing is on its way; only the outcome is told.
    private IEnumerable<string> Settle(string[] words)
    {
        var link = Link(words.Length > 0 ? words[0] : "all");
        for (var round = 0; round < 1000; round++)
        {
            var messages = cluster.Take(link);
            if (messages.Count == 0)
            {
                yield break;
            }

            foreach (var message in messages)
            {
                cluster.Deliver(message);
                foreach (var change in cluster.Observe())
                {
                    yield return change;
                }
            }
        }

        throw new ScriptException("the cluster does not come to rest");
    }

    private IEnumerable<string> Drop(string[] words) =>
        cluster.Take(Link(words[0]), words.Length > 1 ? Count(words[1]) : int.MaxValue).Select(message => "lost: " + Line(message)).ToArray();

    private IEnumerable<string> Hold(string[] words, bool holds) => Each(words[0], server =>
    {
        switch (words[1])
        {
            case "writes":
                server.HoldsWrites = holds;
                break;
            case "pieces":
                server.Machine.HoldsPieces = holds;
                break;
            case "installation":
                server.Machine.HoldsInstallation = holds;
                break;
            default:
                throw new ScriptException($"no such thing to hold: {words[1]}");
        }

        server.Settle();
    });

    private IEnumerable<string> Stall(string[] words) => Each(words[0], server =>
    {
        server.HoldsWrites = true;
        server.Do(driver => driver.OnJournalStalled());
    });

    private IEnumerable<string> Resume(string[] words) => Each(words[0], server =>
    {
        server.HoldsWrites = false;
        server.Do(driver => driver.OnJournalResumed());
    });

    private IEnumerable<string> Transfer(string[] words)
    {
        NodeId? target = words.Length > 1 ? ServerUnderTest.Node(Number(words[1])) : null;
        var begun = false;
        cluster.Server(Number(words[0])).Do(driver => begun = driver.Core.TransferLeadership(target));
        return begun ? [] : ["there is nobody to hand over to"];
    }
}
