using System.Runtime.InteropServices;

namespace Keva.Linearizability;

/// <summary>
/// Searches for an order of the blocks of one key in which each finds the key as it must, and none comes after another
/// that was invoked when it was completed. Depth first, as Wing and Gong (1993, "Testing and verifying concurrent
/// objects"), and into no configuration twice, as Lowe (2017, "Testing for linearizability"): a configuration is which
/// blocks are placed and what the key holds.
/// <para>
/// From each configuration only such next steps are tried that if any order leads to the end, one of them does:
/// </para>
/// <list type="bullet">
/// <item>A block that leaves the key as it is comes at once: in every order it can be moved to the front.</item>
/// <item>Not a block with the effect of another that ends first, if it asks nothing more than the other of what the key
/// holds before: in an order that begins with it, the two can change their places.</item>
/// <item>A write of unknown outcome only directly before a block that needs it: an order in which the next block does
/// not need it is an order without it, too. And only if nothing else has its effect, by the rule before, as it asks
/// nothing and never ends. Of those with the same effect the one that was invoked first.</item>
/// </list>
/// </summary>
internal sealed class BlockSearch(KeyBlocks blocks)
{
    private const int NoOptional = -1;

    private readonly PendingBlocks pending = new(blocks.Required);
    private readonly ConfigurationSet seen = new();
    private readonly int[] used = new int[blocks.Optional.Count];
    private readonly Stack<Placement> placements = new();
    private readonly Stack<Frame> frames = new();
    private readonly List<Choice> choices = [];
    private readonly List<int> candidates = [];
    private readonly List<ulong> configuration = [];
    private int state = RegisterState.Absent;

    /// <summary>How many configurations were looked at.</summary>
    public long Steps { get; private set; }

    /// <summary>The operations in an order that explains all answers, after <see cref="Verdict.Ok"/>.</summary>
    public IEnumerable<Operation> Order => placements.Reverse().SelectMany(placement => BlockOf(placement).Operations);

    public Verdict Run(long stepLimit)
    {
        while (true)
        {
            PlaceWhatConfirmsOnly();
            if (pending.IsEmpty)
            {
                return Verdict.Ok;
            }

            if (Steps++ == stepLimit)
            {
                return Verdict.Undecided;
            }

            if (IsNew())
            {
                PushChoices();
            }

            if (!TakeNextChoice())
            {
                return Verdict.Violation;
            }
        }
    }

    private void PlaceWhatConfirmsOnly()
    {
        bool any;
        do
        {
            any = false;
            if (!pending.IsEmpty)
            {
                pending.CopyCandidatesTo(candidates);
                foreach (var number in candidates.Where(number => blocks.Required[number].ConfirmsOnly(state)))
                {
                    Place(number);
                    any = true;
                }
            }
        }
        while (any);
    }

    private bool IsNew()
    {
        configuration.Clear();
        configuration.Add((ulong)state);
        pending.AppendPlacedTo(configuration);
        return seen.Add(CollectionsMarshal.AsSpan(configuration), used);
    }

    private void PushChoices()
    {
        var frame = new Frame(placements.Count, choices.Count);
        frames.Push(frame);
        pending.CopyCandidatesTo(candidates);
        foreach (var number in candidates.Where(number => RegisterState.Allows(blocks.Required[number].Before, state)))
        {
            AddChoice(frame, new Choice(NoOptional, number));
        }

        var requiredEnd = choices.Count;
        for (var group = 0; group < used.Length; group++)
        {
            if (IsAvailable(group) && !HasSameEffect(CollectionsMarshal.AsSpan(choices)[frame.FirstChoice..requiredEnd], AfterOptional(group)))
            {
                AddChoicesAfterOptional(frame, group);
            }
        }

        // The last is tried first: what needs no write of unknown outcome, and of those what ends first.
        CollectionsMarshal.AsSpan(choices)[frame.FirstChoice..].Sort((one, other) =>
            one.Group != other.Group ? other.Group.CompareTo(one.Group) : EndOf(other).CompareTo(EndOf(one)));
    }

    private void AddChoicesAfterOptional(Frame frame, int group)
    {
        foreach (var number in candidates)
        {
            var before = blocks.Required[number].Before;
            if (!RegisterState.Allows(before, state) && RegisterState.Allows(before, AfterOptional(group)))
            {
                AddChoice(frame, new Choice(group, number));
            }
        }
    }

    private int AfterOptional(int group) => blocks.Optional[group][0].After;

    private bool IsAvailable(int group) =>
        used[group] < blocks.Optional[group].Count && blocks.Optional[group][used[group]].Start <= pending.EarliestEnd;

    private bool HasSameEffect(ReadOnlySpan<Choice> some, int after)
    {
        foreach (var choice in some)
        {
            if (blocks.Required[choice.Number].After == after)
            {
                return true;
            }
        }

        return false;
    }

    private void AddChoice(Frame frame, Choice choice)
    {
        for (var index = choices.Count - 1; index >= frame.FirstChoice; index--)
        {
            if (IsAtLeastAsGood(choices[index], choice))
            {
                return;
            }

            if (IsAtLeastAsGood(choice, choices[index]))
            {
                choices.RemoveAt(index);
            }
        }

        choices.Add(choice);
    }

    /// <summary>Whether in any order that begins with the other, the two can change their places.</summary>
    private bool IsAtLeastAsGood(Choice choice, Choice other)
    {
        var (block, otherBlock) = (blocks.Required[choice.Number], blocks.Required[other.Number]);
        return choice.Group == other.Group
            && block.After == otherBlock.After
            && block.End <= otherBlock.End
            && (otherBlock.Before == RegisterState.Any || otherBlock.Before == block.Before);
    }

    private long EndOf(Choice choice) => blocks.Required[choice.Number].End;

    /// <summary>Goes back to the last configuration from which something is untried, and tries it.</summary>
    private bool TakeNextChoice()
    {
        while (frames.TryPeek(out var frame))
        {
            while (placements.Count > frame.PlacementCount)
            {
                TakeBack();
            }

            if (choices.Count > frame.FirstChoice)
            {
                var choice = choices[^1];
                choices.RemoveAt(choices.Count - 1);
                if (choice.Group != NoOptional)
                {
                    PlaceOptional(choice.Group);
                }

                Place(choice.Number);
                return true;
            }

            frames.Pop();
        }

        return false;
    }

    private void Place(int number)
    {
        pending.Take(number);
        placements.Push(new Placement(NoOptional, number, state));
        state = blocks.Required[number].After;
    }

    private void PlaceOptional(int group)
    {
        var placement = new Placement(group, used[group]++, state);
        placements.Push(placement);
        state = AfterOptional(group);
    }

    private void TakeBack()
    {
        var placement = placements.Pop();
        state = placement.StateBefore;
        if (placement.Group == NoOptional)
        {
            pending.PutBack(placement.Number);
        }
        else
        {
            used[placement.Group]--;
        }
    }

    private Block BlockOf(Placement placement) =>
        placement.Group == NoOptional ? blocks.Required[placement.Number] : blocks.Optional[placement.Group][placement.Number];

    /// <param name="Group">Of an optional block; <see cref="NoOptional"/> of a required one.</param>
    private readonly record struct Placement(int Group, int Number, int StateBefore);

    /// <param name="Group">The group of optional blocks of which one comes directly before; or <see cref="NoOptional"/>.</param>
    private readonly record struct Choice(int Group, int Number);

    /// <param name="PlacementCount">How many blocks were placed when the choice had to be made.</param>
    /// <param name="FirstChoice">From here on, and up to the next frame, the choices that are untried.</param>
    private readonly record struct Frame(int PlacementCount, int FirstChoice);
}
