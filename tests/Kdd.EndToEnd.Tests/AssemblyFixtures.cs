using Kdd.EndToEnd.Tests.Cluster;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// One cluster for all; tests have namespaces of their own. In turn: two cores, and each test has processes of its own.
[assembly: AssemblyFixture(typeof(InstalledCluster))]
[assembly: Parallelization(Mode = ParallelMode.None)]
