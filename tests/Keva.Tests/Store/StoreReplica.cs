using System.Text;
using Keva.Store;
using Keva.Store.Commands;

namespace Keva.Tests.Store;

/// <summary>A state machine with the log in front of it: counts the entries, so that a test only says what happens.</summary>
internal sealed class StoreReplica(StateMachine machine)
{
    private ulong sequence;

    public StoreReplica()
        : this(new StateMachine())
    {
    }

    public StateMachine Machine { get; } = machine;

    public ApplyResult Set(byte[] key, byte[] value) =>
        Apply(CommandCodec.Encode(NextOrigin(), new SetCommand(key, value)));

    public ApplyResult Set(string key, string value) => Set(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    public ApplyResult Delete(byte[] key) => Apply(CommandCodec.Encode(NextOrigin(), new DeleteCommand(key)));

    public ApplyResult Delete(string key) => Delete(Encoding.UTF8.GetBytes(key));

    public ApplyResult Apply(ReadOnlyMemory<byte> payload) =>
        Machine.Apply(Machine.AppliedIndex + 1, Math.Max(1, Machine.AppliedTerm), payload);

    public void ApplyEmpty(long? term = null) =>
        Machine.ApplyEmpty(Machine.AppliedIndex + 1, term ?? Math.Max(1, Machine.AppliedTerm));

    public KeyValueRecord? Get(string key) =>
        Machine.TryGet(Encoding.UTF8.GetBytes(key), out var record) ? record : null;

    /// <summary>One set or delete of a random key, as likely to hit as to miss.</summary>
    public void ApplyRandom(Random random, string family)
    {
        var key = RandomKeys.Next(random, family);
        switch (random.Next(10))
        {
            case 0:
                ApplyEmpty();
                break;
            case < 4:
                Delete(key);
                break;
            default:
                var value = new byte[random.Next(20)];
                random.NextBytes(value);
                Set(key, value);
                break;
        }
    }

    private ProposalOrigin NextOrigin() => new(Session: 77, ++sequence);
}
