using BenchmarkDotNet.Attributes;
using Keva.Actors;

namespace Keva.Benchmarks.Micro;

/// <summary>A message from one thread to an actor that counts it.</summary>
public class MailboxBenchmarks
{
    private const int Messages = 10_000;

    private static readonly object Message = new();

    private readonly CountdownEvent handled = new(Messages);
    private ActorSystem system = null!;
    private IActorRef actor = null!;

    [GlobalSetup]
    public void Setup()
    {
        system = ActorSystem.Create("bench");
        actor = system.ActorOf(Props.Create(() => new CountingActor(handled)), "counting");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        system.Terminate().GetAwaiter().GetResult();
        handled.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Tell()
    {
        handled.Reset();
        for (var i = 0; i < Messages; i++)
        {
            actor.Tell(Message);
        }

        handled.Wait();
    }

    private sealed class CountingActor : ReceiveActor
    {
        public CountingActor(CountdownEvent handled) => ReceiveAny(_ => handled.Signal());
    }
}
