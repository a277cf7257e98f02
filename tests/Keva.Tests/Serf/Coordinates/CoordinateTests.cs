using Keva.Serf.Coordinates;
using Keva.Serf.Wire;
using Keva.Tests.Serf.Wire;

namespace Keva.Tests.Serf.Coordinates;

/// <summary>Where nodes are, told from how long pings take.</summary>
public sealed class CoordinateTests
{
    [Theory]
    [InlineData("ack-initial-coordinate")]
    [InlineData("ack-coordinate")]
    public void An_agents_coordinate_is_read_and_written_to_the_same_bytes(string name)
    {
        var ack = Assert.IsType<AckResponse>(MemberlistDecoder.Decode(SerfVector.All[name].Bytes));

        var coordinate = Coordinate.FromPayload(ack.Payload);

        Assert.NotNull(coordinate);
        Assert.Equal(ack.Payload, coordinate.ToPayload());
    }

    [Fact]
    public void A_node_begins_where_agents_do()
    {
        var ack = Assert.IsType<AckResponse>(MemberlistDecoder.Decode(SerfVector.All["ack-initial-coordinate"].Bytes));

        Assert.Equal(ack.Payload, Coordinate.Origin.ToPayload());
    }

    [Fact]
    public void What_is_no_place_is_not_used()
    {
        Assert.Null(Coordinate.FromPayload(null));
        Assert.Null(Coordinate.FromPayload([2, 0x80]));
        Assert.Null(Coordinate.FromPayload([1, 0x80])); // no dimensions
        Assert.Null(Coordinate.FromPayload((Coordinate.Origin with { Error = double.NaN }).ToPayload()));
        Assert.Null(Coordinate.FromPayload((Coordinate.Origin with { Vector = [double.PositiveInfinity, .. new double[7]] }).ToPayload()));
    }

    [Fact]
    public void Two_nodes_find_how_far_apart_they_are()
    {
        var a = new CoordinateTracker(new Random(1));
        var b = new CoordinateTracker(new Random(2));
        var roundTrip = TimeSpan.FromMilliseconds(40);

        for (var i = 0; i < 200; i++)
        {
            a.Observe("b", b.Own, roundTrip);
            b.Observe("a", a.Own, roundTrip);
        }

        Assert.InRange(a.Estimate("b")!.Value.TotalMilliseconds, 38, 42);
        Assert.True(a.Own.Error < 0.2, $"{a.Own.Error}");
        Assert.Null(a.Estimate("c"));
    }

    [Fact]
    public void A_lie_about_a_place_moves_nobody_out_of_the_world()
    {
        var tracker = new CoordinateTracker(new Random(1));

        tracker.Observe("liar", Coordinate.Origin with { Vector = [double.MaxValue, .. new double[7]] }, TimeSpan.FromMilliseconds(1));
        tracker.Observe("liar", Coordinate.Origin with { Height = -double.MaxValue, Error = -1 }, TimeSpan.FromMilliseconds(1));
        tracker.Observe("slow", Coordinate.Origin, TimeSpan.FromSeconds(11));

        Assert.True(tracker.Own.IsValid);
        Assert.Null(tracker.Estimate("slow"));
    }
}
