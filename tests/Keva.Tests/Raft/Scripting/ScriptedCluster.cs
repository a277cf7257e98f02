using Keva.Raft;
using Keva.Raft.Messages;
using Keva.Tests.Raft.Harness;

namespace Keva.Tests.Raft.Scripting;

/// <summary>Servers whose every message is delivered, held or lost as a script says, and an account of what that leads to.</summary>
internal sealed class ScriptedCluster
{
    private readonly SortedDictionary<int, ServerUnderTest> servers = [];
    private readonly SortedSet<int> down = [];
    private readonly SortedSet<(int From, int To)> cut = [];
    private readonly List<(int From, int To, RaftMessage Message)> onTheirWay = [];
    private readonly Dictionary<int, ServerView> lastSeen = [];

    public IEnumerable<int> Numbers => servers.Keys;

    public IReadOnlyList<(int From, int To, RaftMessage Message)> OnTheirWay => onTheirWay;

    public void Add(int number, ServerSetup setup)
    {
        servers[number] = new ServerUnderTest(number, setup);
        lastSeen[number] = ServerView.Of(servers[number]);
    }

    public ServerUnderTest Server(int number) =>
        down.Contains(number) ? throw new ScriptException($"n{number} is down") : servers[number];

    public bool IsDown(int number) => down.Contains(number);

    public void Crash(int number)
    {
        down.Add(number);
        servers[number].Sent.Clear();
        onTheirWay.RemoveAll(message => message.From == number || message.To == number);
    }

    public void Restart(int number)
    {
        down.Remove(number);
        servers[number].Restart();
        lastSeen[number] = ServerView.Of(servers[number]);
    }

    public void Cut(Func<int, int, bool> isCut)
    {
        foreach (var from in servers.Keys)
        {
            foreach (var to in servers.Keys.Where(to => from != to && isCut(from, to)))
            {
                cut.Add((from, to));
            }
        }
    }

    public void Heal() => cut.Clear();

    /// <summary>Takes the messages on their way that a script names.</summary>
    public IReadOnlyList<(int From, int To, RaftMessage Message)> Take(Func<int, int, bool> isMeant, int limit = int.MaxValue)
    {
        var taken = onTheirWay.Where(message => isMeant(message.From, message.To)).Take(limit).ToArray();
        foreach (var message in taken)
        {
            onTheirWay.Remove(message);
        }

        return taken;
    }

    public void Deliver((int From, int To, RaftMessage Message) message)
    {
        if (!down.Contains(message.To))
        {
            servers[message.To].Receive(message.From, message.Message);
        }
    }

    /// <summary>Puts what servers have sent on its way, and tells what has changed since the last call.</summary>
    public IReadOnlyList<string> Observe()
    {
        var changes = new List<string>();
        foreach (var (number, server) in servers.Where(server => !down.Contains(server.Key)))
        {
            foreach (var (to, message) in server.TakeSent())
            {
                if (!cut.Contains((number, (int)to.Value)))
                {
                    onTheirWay.Add((number, (int)to.Value, message));
                }
            }

            var view = ServerView.Of(server);
            changes.AddRange(view.ChangesSince(lastSeen[number]).Select(change => $"n{number} {change}"));
            lastSeen[number] = view;
            changes.AddRange(server.Reads.Select(read => $"n{number} may serve read {read.ReadId} at {read.ReadIndex}"));
            changes.AddRange(server.Refused.Select(refused => $"n{number} refuses {refused.Proposal}: {refused.Reason}"));
            server.Reads.Clear();
            server.Refused.Clear();
        }

        return changes;
    }

    private sealed record ServerView(string Role, NodeId Leader, string Applied)
    {
        public static ServerView Of(ServerUnderTest server) => new($"{server.Core.Role} in term {server.Term}", server.Core.Leader, server.AppliedText);

        public IEnumerable<string> ChangesSince(ServerView before)
        {
            if (Role != before.Role)
            {
                yield return $"is {Role}";
            }

            if (Leader != before.Leader && !Leader.IsNone && !Role.StartsWith("Leader", StringComparison.Ordinal))
            {
                yield return $"follows n{Leader.Value}";
            }

            if (Applied != before.Applied)
            {
                var isLonger = Applied.StartsWith(before.Applied, StringComparison.Ordinal);
                yield return isLonger ? $"applies {Applied[before.Applied.Length..].Trim()}" : $"has the state {Applied}";
            }
        }
    }
}

/// <summary>The script asks for what cannot be.</summary>
internal sealed class ScriptException(string message) : Exception(message);
