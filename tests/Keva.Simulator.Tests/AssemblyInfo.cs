// Each of these tests keeps every core busy by itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
