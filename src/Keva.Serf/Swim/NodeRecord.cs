using System.Net;
using Keva.Serf.Wire;

namespace Keva.Serf.Swim;

/// <summary>What memberlist knows of a node.</summary>
internal sealed class NodeRecord(string name, byte[] address, ushort port)
{
    public string Name { get; } = name;

    public byte[] Address { get; private set; } = address;

    public ushort Port { get; private set; } = port;

    public byte[]? Meta { get; private set; }

    public byte[]? VersionBytes { get; private set; }

    public VersionVector Version { get; private set; }

    public uint Incarnation { get; set; }

    public NodeState State { get; private set; } = NodeState.Dead;

    public TimeSpan StateChange { get; private set; }

    /// <summary>Runs while others may still confirm or refute that the node is gone.</summary>
    public Suspicion? Suspicion { get; set; }

    public IPEndPoint EndPoint => NodeAddress.ToEndPoint(Address, Port);

    public bool IsGone => State is NodeState.Dead or NodeState.Left;

    public void Become(NodeState state, TimeSpan now)
    {
        if (State != state)
        {
            State = state;
            StateChange = now;
        }
    }

    public bool HasAddress(byte[] address, ushort port) => Port == port && Address.AsSpan().SequenceEqual(address);

    public void Describe(byte[] address, ushort port, byte[]? meta, byte[]? version)
    {
        Address = address;
        Port = port;
        Meta = meta;
        VersionBytes = version;
        Version = VersionVector.FromBytes(version);
    }

    public Alive ToAlive() => new(Incarnation, Name, Address, Port, Meta, VersionBytes);

    public PushPullNode ToPushPull() => new(Name, Address, Port, Meta, Incarnation, State, VersionBytes);

    public void DropSuspicion()
    {
        Suspicion?.Cancel();
        Suspicion = null;
    }
}
