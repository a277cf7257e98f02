// What starts processes mostly waits for them, so two tests share the machine well. Those that measure time have it to themselves.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
