// What starts processes mostly waits for them, so a few tests share the machine well. Those that measure time have it to themselves.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
