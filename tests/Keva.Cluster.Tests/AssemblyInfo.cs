// Each test has the machine to itself: what it starts are several processes, and it measures time.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, DisableTestParallelization = true)]
