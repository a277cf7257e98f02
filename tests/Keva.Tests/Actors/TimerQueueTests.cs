using Keva.Actors.Scheduling;

namespace Keva.Tests.Actors;

public sealed class TimerQueueTests
{
    /// <summary>Against a model that sorts: random insertions, cancellations and takings through the public scheduler.</summary>
    [Fact]
    public void Entries_fire_by_time_and_then_by_age_whatever_was_cancelled_between()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var dice = new Random(seed);
            var time = new ManualTime();
            using var scheduler = new TimerQueueScheduler(time);
            var model = new List<(TimeSpan Due, int Number)>();
            var handles = new Dictionary<int, IDisposable>();
            var fired = new List<int>();
            var expected = new List<int>();
            for (var number = 0; number < 400; number++)
            {
                var name = number;
                var delay = TimeSpan.FromMilliseconds(dice.Next(50));
                model.Add((scheduler.Now + delay, name));
                handles[name] = scheduler.ScheduleOnce(delay, () => fired.Add(name));
                if (dice.Next(3) == 0)
                {
                    var victim = model[dice.Next(model.Count)];
                    model.Remove(victim);
                    handles[victim.Number].Dispose();
                }

                if (dice.Next(5) == 0)
                {
                    time.Advance(TimeSpan.FromMilliseconds(dice.Next(10)));
                    var due = model.Where(entry => entry.Due <= scheduler.Now).OrderBy(entry => entry.Due).ThenBy(entry => entry.Number).ToList();
                    expected.AddRange(due.Select(entry => entry.Number));
                    model.RemoveAll(due.Contains);
                    Assert.Equal(expected, fired);
                }
            }

            Assert.True(fired.Count > 100, "The run was too short to tell anything");
        }
    }
}
