using Keva.Serf.Wire;

namespace Keva.Serf.Coordinates;

/// <summary>
/// A place in a space in which the distance of two nodes is the time that a message takes from one to the other and back
/// (Dabek et al. 2004, "Vivaldi"). All in seconds.
/// </summary>
internal sealed record Coordinate
{
    public const int Dimensions = 8;

    public const double LeastHeight = 1e-5;

    public const double GreatestError = 1.5;

    /// <summary>Closer than this is the same place.</summary>
    private const double Zero = 1e-6;

    private const byte PayloadVersion = 1;

    private static readonly double[] OriginVector = new double[Dimensions];

    public static Coordinate Origin { get; } = new();

    /// <summary>Never changed after it was set.</summary>
    public double[] Vector { get; init; } = OriginVector;

    /// <summary>How unsure the node is of its place.</summary>
    public double Error { get; init; } = GreatestError;

    /// <summary>The node's own share in all its distances: its access link.</summary>
    public double Height { get; init; } = LeastHeight;

    /// <summary>What the model gets wrong on average.</summary>
    public double Adjustment { get; init; }

    public bool IsValid => Array.TrueForAll(Vector, double.IsFinite) && double.IsFinite(Error) && double.IsFinite(Height) && double.IsFinite(Adjustment);

    public double RawDistanceTo(Coordinate other) => Magnitude(Difference(Vector, other.Vector)) + Height + other.Height;

    public double DistanceTo(Coordinate other)
    {
        var raw = RawDistanceTo(other);
        var adjusted = raw + Adjustment + other.Adjustment;
        return adjusted > 0 ? adjusted : raw;
    }

    /// <summary>Pushed away from <paramref name="other"/>, or drawn to it by a negative force.</summary>
    public Coordinate Pushed(double force, Coordinate other, Random random)
    {
        var direction = Difference(Vector, other.Vector);
        var distance = Magnitude(direction);
        var isApart = distance > Zero;
        var unit = isApart ? Scaled(direction, 1 / distance) : RandomUnit(random);
        return this with
        {
            Vector = [.. Vector.Select((value, i) => value + unit[i] * force)],
            Height = isApart ? Math.Max(LeastHeight, (Height + other.Height) * force / distance + Height) : Height,
        };
    }

    /// <summary>As it goes with an ack.</summary>
    public byte[] ToPayload()
    {
        var writer = new MessagePackWriter().Byte(PayloadVersion).Map(4)
            .Key("Adjustment").Number(Adjustment)
            .Key("Error").Number(Error)
            .Key("Height").Number(Height)
            .Key("Vec").Array(Dimensions);
        foreach (var value in Vector)
        {
            writer.Number(value);
        }

        return writer.ToArray();
    }

    /// <summary>Null if it is of another version, or no place in our space.</summary>
    public static Coordinate? FromPayload(byte[]? payload)
    {
        if (payload is not [PayloadVersion, ..])
        {
            return null;
        }

        try
        {
            var reader = new MessagePackReader(payload.AsSpan(1));
            var coordinate = Read(ref reader);
            return coordinate.Vector.Length == Dimensions && coordinate.IsValid ? coordinate : null;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    private static Coordinate Read(ref MessagePackReader reader)
    {
        double adjustment = 0, error = 0, height = 0;
        double[] vector = [];
        for (var fields = reader.ReadMap(); fields > 0; fields--)
        {
            switch (reader.ReadKey())
            {
                case "Adjustment": adjustment = reader.ReadNumber(); break;
                case "Error": error = reader.ReadNumber(); break;
                case "Height": height = reader.ReadNumber(); break;
                case "Vec": vector = ReadVector(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new Coordinate { Adjustment = adjustment, Error = error, Height = height, Vector = vector };
    }

    private static double[] ReadVector(ref MessagePackReader reader)
    {
        var count = reader.ReadArray() ?? 0;
        if (count > Dimensions)
        {
            throw new MalformedMessageException($"a coordinate of {count} dimensions");
        }

        var vector = new double[count];
        for (var i = 0; i < count; i++)
        {
            vector[i] = reader.ReadNumber();
        }

        return vector;
    }

    private static double[] Difference(double[] a, double[] b) => [.. a.Select((value, i) => value - b[i])];

    private static double[] Scaled(double[] vector, double factor) => [.. vector.Select(value => value * factor)];

    private static double Magnitude(double[] vector) => Math.Sqrt(vector.Sum(value => value * value));

    private static double[] RandomUnit(Random random)
    {
        var vector = new double[Dimensions];
        for (var i = 0; i < Dimensions; i++)
        {
            vector[i] = random.NextDouble() - 0.5;
        }

        var magnitude = Magnitude(vector);
        return magnitude > Zero ? Scaled(vector, 1 / magnitude) : [1, .. new double[Dimensions - 1]];
    }
}
