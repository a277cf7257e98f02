using Keva.LoadGenerator.Measuring;

namespace Keva.Tests.LoadGenerator;

public sealed class UsageTests
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

    [Fact]
    public void The_bytes_that_a_disk_wrote_are_the_seventh_of_its_counters_in_sectors()
    {
        Assert.Equal(512 * 7, DiskUsage.WrittenBytesIn("   1  2 3   4 5 6 7 8 9 10 11\n"));
    }

    [Fact]
    public void A_directory_is_on_the_device_of_the_longest_mount_point_above_it()
    {
        string[] mounts =
        [
            "20 1 254:0 / / rw - ext4 /dev/vda rw",
            "21 20 0:22 / /tmp rw - tmpfs tmpfs rw",
            "22 20 8:1 / /data rw - xfs /dev/sda1 rw",
            "23 20 8:17 / /data rw - xfs /dev/sdb1 rw",
        ];

        Assert.Equal("254:0", DiskUsage.DeviceOf("/home/bench", mounts));
        Assert.Equal("0:22", DiskUsage.DeviceOf("/tmp", mounts));
        Assert.Equal("254:0", DiskUsage.DeviceOf("/tmpx", mounts));
        Assert.Equal("8:17", DiskUsage.DeviceOf("/data/bench", mounts));
    }
}
