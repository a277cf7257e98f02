using Keva.LoadGenerator.Measuring;

namespace Keva.Tests.LoadGenerator;

public sealed class ProcessUsageTests
{
    [Fact]
    public void The_times_are_found_behind_a_name_with_blanks_and_parentheses()
    {
        const string stat = "4242 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 7 8 20 0 1 0 100 200 300";

        Assert.Equal(2.0, ProcessUsage.ProcessorSecondsIn(stat));
    }

    [Fact]
    public void A_field_is_the_number_behind_its_name()
    {
        const string io = "rchar: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 8\n";

        Assert.Equal(4096, ProcessUsage.FieldIn(io, "write_bytes:"));
        Assert.Equal(1234, ProcessUsage.FieldIn("VmHWM:\t9 kB\nVmRSS:\t    1234 kB\n", "VmRSS:"));
        Assert.Throws<FormatException>(() => ProcessUsage.FieldIn(io, "none:"));
    }
}
