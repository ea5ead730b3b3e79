using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>
/// Each field of the spec, changed while two pods of two containers write numbered lines and one viewer is connected. The
/// table says what the change may cost upstream, and which lines are wanted before and after it; every test ends with the
/// accounts of all sources.
/// </summary>
public sealed class SpecChangeTests : SimulationTest
{
    private const int Before = 40;
    private const int After = 40;
    private static readonly string[] Containers = ["a/main", "a/side", "b/main", "b/side"];
    private readonly Dictionary<string, ScriptedContainer> _containers;
    private int _written;

    public SpecChangeTests() => _containers = Containers.ToDictionary(name => name, name => Kubelet.Add(name.Split('/')[0], name.Split('/')[1]));

    /// <param name="First">The spec at the start.</param>
    /// <param name="Change">To what it is changed.</param>
    /// <param name="Wanted">Whether a line of a container is wanted: its number, and whether the change has been made.</param>
    private sealed record Row(LogViewSpec First, Func<LogViewSpec, LogViewSpec> Change, Func<string, int, bool, bool> Wanted)
    {
        /// <summary>Containers whose log is opened by the change; the streams of all others stay.</summary>
        public string[] Opens { get; init; } = [];

        /// <summary>Of the lines kept, how many a viewer that comes at the end is sent; null: all.</summary>
        public int? AtMost { get; init; }
    }

    private static readonly Dictionary<string, Row> Rows = new()
    {
        ["filter.include, narrower"] = new(Spec(), spec => spec with { Filter = new() { Include = ["odd$"] } }, (_, i, changed) => !changed || i % 2 == 1),
        ["filter.include, wider"] = new(
            Spec() with { Filter = new() { Include = ["odd$"] } }, spec => spec with { Filter = new() }, (_, i, changed) => changed || i % 2 == 1),
        ["filter.exclude"] = new(Spec(), spec => spec with { Filter = new() { Exclude = ["odd$"] } }, (_, i, changed) => !changed || i % 2 == 0),
        ["filter.ignoreCase"] = new(
            Spec() with { Filter = new() { Include = ["ODD$"] } }, spec => spec with { Filter = new() { Include = ["ODD$"], IgnoreCase = true } }, (_, i, changed) => changed && i % 2 == 1),
        ["filter.minLevel"] = new(Spec(), spec => spec with { Filter = new() { MinLevel = "Warn" } }, (_, i, changed) => !changed || i % 2 == 1),
        ["redact"] = new(Spec(), spec => spec with { Redact = [new() { Pattern = "no such text" }] }, All),
        ["container.exclude"] = new(Spec(), spec => spec with { Container = new() { Exclude = ["side"] } }, (container, _, changed) => !changed || container.EndsWith("main", StringComparison.Ordinal)),
        ["container.include"] = new(
            Spec() with { Container = new() { Include = ["main"] } }, spec => spec with { Container = new() { Include = ["*"] } },
            (container, i, changed) => changed || container.EndsWith("main", StringComparison.Ordinal) || i > Before - 5)
        { Opens = ["a/side", "b/side"] },
        ["tail.lines"] = new(Spec(), spec => spec with { Tail = new() { Lines = 1 } }, All),
        ["tail.since"] = new(Spec(), spec => spec with { Tail = new() { Since = Duration.Parse("1s") } }, All),
        ["tail.previous"] = new(Spec(), spec => spec with { Tail = new() { Previous = true } }, All),
        ["orderWindow, none"] = new(Spec(), spec => spec with { OrderWindow = Duration.Parse("0s") }, All),
        ["orderWindow, longer"] = new(Spec() with { OrderWindow = Duration.Parse("0s") }, spec => spec with { OrderWindow = Duration.Parse("2s") }, All),
        ["retain.lines, fewer"] = new(Spec(), spec => spec with { Retain = new() { Lines = 100 } }, All) { AtMost = 100 },
        ["retain.lines, more"] = new(Spec() with { Retain = new() { Lines = 300 } }, spec => spec with { Retain = new() { Lines = 1000 } }, All),
        ["retain.size"] = new(Spec(), spec => spec with { Retain = new() { Size = Quantity.Parse("1Mi") } }, All),
        ["idleTimeout"] = new(Spec(), spec => spec with { IdleTimeout = Duration.Parse("10m") }, All),
        ["activeDeadlineSeconds"] = new(Spec(), spec => spec with { ActiveDeadlineSeconds = 3600 }, All),
        ["ttlSecondsAfterFinished"] = new(Spec(), spec => spec with { TtlSecondsAfterFinished = 60 }, All),
    };

    public static TheoryData<string> Fields => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Fields))]
    public void AChangedFieldKeepsTheStreamsItCanAndEveryWantedLineOnce(string field)
    {
        Row row = Rows[field];
        Session session = Replica.Start(row.First);
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Write(Before);
        ScriptedLogStream[] streams = [.. Kubelet.OpenFollows];
        Kubelet.Requests.Clear();

        Replica.Change(session, row.Change(row.First));
        Write(After);
        Assert.Equal(row.Opens, Kubelet.Requests.Select(ContainerOf).Distinct().Order());
        int read = Containers.Count(container => row.Wanted(container, 1, true) || row.Wanted(container, 2, true));
        Assert.Equal(read, Kubelet.OpenFollows.Count());
        Assert.Equal(row.Opens.Length, Kubelet.OpenFollows.Except(streams).Count());

        using SimulatedViewer late = new(Simulation, session);
        Simulation.Advance(TimeSpan.FromMilliseconds(100));
        foreach (string container in Containers)
        {
            string[] wanted = [.. Enumerable.Range(1, Before + After).Where(i => row.Wanted(container, i, i > Before)
                || (row.Opens.Contains(container) && row.Wanted(container, i, false))).Select(i => Line(container, i))];
            Assert.Equal(wanted, MessagesOf(viewer, container));
            Assert.Equal(row.AtMost is null ? wanted : wanted[^(row.AtMost.Value / 4)..], MessagesOf(late, container));
        }

        Assert.DoesNotContain(viewer.Events.Concat(late.Events), received => received.Name is StreamEvents.Gap or StreamEvents.Error or StreamEvents.Lifecycle);
        Assert.Equal(viewer.Logs[^1].Id, late.Logs[^1].Id);
        SessionLineCounts counts = session.Snapshot().Lines;
        Assert.Equal(viewer.Messages.Count, counts.Kept);
        Assert.Equal(0, counts.Dropped);
        Replica.Stop(session);
    }

    [Fact]
    public void WhatANewRuleHidesIsHiddenInWhatIsKeptToo()
    {
        Session session = Replica.Start();
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Simulation.Do(() => _containers["a/main"].Write("token=\"s3cret\"\tone"));
        Write(Before);
        string last = viewer.Logs[^1].Id!;
        Replica.Change(session, Spec() with { Redact = [new() { Pattern = "token=\\S+", Replacement = "token=\"***\" (hidden from here on)" }] });
        Simulation.Do(() => _containers["a/main"].Write("token=\"s3cret\"\ttwo"));
        Write(After);

        using SimulatedViewer late = new(Simulation, session);
        Simulation.Advance(TimeSpan.FromMilliseconds(100));
        Assert.DoesNotContain("s3cret", System.Text.Encoding.UTF8.GetString(late.Bytes), StringComparison.Ordinal);
        Assert.Equal(
            ["token=\"***\" (hidden from here on)\tone", "token=\"***\" (hidden from here on)\ttwo"],
            late.Messages.Where(message => message.StartsWith("token", StringComparison.Ordinal)));
        Assert.Equal(viewer.Logs.Select(log => log.Id), late.Logs.Select(log => log.Id));

        using SimulatedViewer resumed = new(Simulation, session, new StreamQuery { Cursor = viewer.Logs.First(log => log.Id == last).Cursor });
        Simulation.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((4 * After) + 1, resumed.Logs.Count);
        Replica.Stop(session);
    }

    [Fact]
    public void AContainerTakenInAgainGoesOnWhereItWasLeftOut()
    {
        Session session = Replica.Start();
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Write(Before);
        Replica.Change(session, Spec() with { Container = new() { Exclude = ["side"] } });
        Write(10);
        Assert.Equal((2, 2), (session.Snapshot().StreamsDesired, session.Snapshot().Sources.Count));
        Replica.Change(session, Spec());
        Write(10);
        CheckAll(viewer);
        Replica.Stop(session);
    }

    [Fact]
    public void AnotherSelectorKeepsThePodsOfBothAndDeletesNone()
    {
        Session session = Replica.Start();
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session, selects: pod => pod == "a");
        Write(Before);
        ScriptedLogStream[] streams = [.. Kubelet.OpenFollows];
        LogViewSpec other = Spec() with { Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "b" } }, Tail = new() { Lines = 5 } };
        Replica.Change(session, other);
        Replica.ShowPods(session);
        Write(After);
        Assert.Empty(streams.Except(Kubelet.OpenFollows));
        Replica.Change(session, other with { Selector = new() });
        Replica.ShowPods(session, selects: pod => pod == "b");
        Write(After);
        Assert.Equal(2, Kubelet.OpenFollows.Count());
        foreach (string container in Containers)
        {
            IEnumerable<int> wanted = container[0] == 'a' ? Enumerable.Range(1, Before + After) : Enumerable.Range(Before - 4, 5 + After + After);
            Assert.Equal(wanted.Select(i => Line(container, i)), MessagesOf(viewer, container));
        }

        Assert.DoesNotContain(viewer.Events, received => received.Name is StreamEvents.Gap or StreamEvents.Lifecycle);
        Replica.Stop(session);
    }

    [Fact]
    public void APodThatLosesItsLabelLeavesTheStreamToTheOtherSessionsAndGoesOnWhereItStoodWhenItHasItAgain()
    {
        Session session = Replica.Start();
        Session other = Replica.Start(name: "other");
        using SimulatedViewer viewer = new(Simulation, session);
        using SimulatedViewer second = new(Simulation, other);
        Replica.ShowPods(session);
        Replica.ShowPods(other);
        Write(Before);
        Replica.ShowPods(session, selects: pod => pod == "a");
        Write(10);
        Replica.ShowPods(session);
        Write(10);
        CheckAll(viewer);
        CheckAll(second);
        Assert.DoesNotContain(viewer.Events, received => received.Name == StreamEvents.Lifecycle && received.Text("what") == LifecycleKinds.Deleted);
        Replica.Stop(session);
        Replica.Stop(other);
    }

    [Fact]
    public void FollowFalseReadsToThePresentEndAndCompletes()
    {
        Session session = Replica.Start();
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Write(Before);
        Simulation.Do(() =>
        {
            WriteNow(5);
            session.Update(CompiledSpec.Compile(Spec() with { Follow = false }));
        });
        Simulation.Advance(TimeSpan.FromSeconds(1));
        CheckAll(viewer);
        Assert.Equal(EndReasons.Completed, session.Snapshot().EndReason);
        Assert.Equal(StreamEvents.End, viewer.Events[^1].Name);
        Assert.Empty(Kubelet.OpenFollows);
    }

    [Fact]
    public void FollowTrueGoesOnFromWhereTheBacklogEnded()
    {
        LogViewSpec spec = SimulatedReplica.Spec();
        Session session = Replica.Start(spec with { Follow = false });
        using SimulatedViewer viewer = new(Simulation, session);
        Simulation.Do(() => WriteNow(Before));
        Kubelet.Fault = container => container.Pod == "b" ? ScriptedKubelet.Status(System.Net.HttpStatusCode.InternalServerError, "", "no") : null;
        Replica.ShowPods(session);
        Write(10);
        Kubelet.Fault = _ => null;
        Replica.Change(session, spec);
        Write(10);
        Simulation.Advance(TimeSpan.FromSeconds(15));
        CheckAll(viewer);
        Assert.Equal(SessionState.Streaming, session.Snapshot().State);
        Assert.Equal(4, Kubelet.OpenFollows.Count());
        Replica.Stop(session);
    }

    [Fact]
    public void AFiniteSessionThatIsStillReadingBeginsAgainSoThatItsEndIsOfOneSpec()
    {
        LogViewSpec finite = Spec() with { Follow = false, Tail = new() { Lines = 3 } };
        Session session = Replica.Start(finite);
        using SimulatedViewer viewer = new(Simulation, session);
        Simulation.Do(() => WriteNow(Before));
        Kubelet.Fault = container => container.Pod == "b" ? ScriptedKubelet.Status(System.Net.HttpStatusCode.InternalServerError, "", "no") : null;
        Replica.ShowPods(session);
        Simulation.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(6, viewer.Messages.Count);
        ulong epoch = viewer.LastCursor!.Value.Epoch;
        Kubelet.Fault = _ => null;
        Replica.Change(session, finite with { Tail = new() { Lines = 7 } });
        Assert.Equal(StreamEvents.Reconnect, viewer.Events[^1].Name);
        Simulation.Advance(TimeSpan.FromSeconds(15));
        using SimulatedViewer again = new(Simulation, session);
        Assert.All(Containers, container => Assert.Equal(Enumerable.Range(Before - 6, 7).Select(i => Line(container, i)), MessagesOf(again, container)));
        Assert.NotEqual(epoch, again.LastCursor!.Value.Epoch);
        Assert.Equal(EndReasons.Completed, session.Snapshot().EndReason);
    }

    [Fact]
    public void SuspendClosesEveryStreamAndTheResumeGoesOnWhereEachStood()
    {
        Session session = Replica.Start();
        using SimulatedViewer viewer = new(Simulation, session);
        Replica.ShowPods(session);
        Write(Before);
        Replica.Change(session, Spec() with { Suspend = true });
        Assert.Empty(Kubelet.OpenFollows);
        Assert.Equal(EndReasons.Suspended, viewer.Events[^1].Text("reason"));
        Write(10);
        Replica.Change(session, Spec());
        Write(10);
        using SimulatedViewer late = new(Simulation, session);
        Simulation.Advance(TimeSpan.FromMilliseconds(100));
        CheckAll(late);
        using SimulatedViewer resumed = new(Simulation, session, new StreamQuery { Cursor = viewer.LastCursor });
        Simulation.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(late.Logs.Select(log => log.Id), viewer.Logs.Concat(resumed.Logs).Select(log => log.Id));
        Replica.Stop(session);
    }

    [Fact]
    public void AChangeEndsIdlenessAndAShorterTimeoutBringsItBack()
    {
        LogViewSpec spec = SimulatedReplica.Spec();
        Session session = Replica.Start(spec with { IdleTimeout = Duration.Parse("10m") }, startIdle: true);
        Replica.ShowPods(session);
        Write(Before);
        Assert.Equal((SessionState.Idle, 0), (session.Snapshot().State, Kubelet.Requests.Count));
        Replica.Change(session, spec with { IdleTimeout = Duration.Parse("1m") });
        Write(10);
        Assert.Equal(4, Kubelet.OpenFollows.Count());
        Simulation.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(SessionState.Idle, session.Snapshot().State);
        Write(10);
        Replica.Change(session, spec);
        Write(10);
        Simulation.Advance(TimeSpan.FromHours(1));
        using SimulatedViewer viewer = new(Simulation, session);
        Simulation.Advance(TimeSpan.FromMilliseconds(100));
        CheckAll(viewer);
        Replica.Stop(session);
    }

    [Fact]
    public void ASecondSessionOfANameDoesNotTakeTheFirstOnesCursorForItsOwn()
    {
        Session first = Replica.Start();
        using SimulatedClient client = new(Simulation);
        client.Connect(first);
        Replica.ShowPods(first);
        Write(Before);
        client.Leave();
        Replica.Stop(first);
        Write(10);
        Session second = Replica.Start();
        Replica.ShowPods(second);
        Write(10);
        client.Connect(second);
        Write(10);
        client.Take();
        string[] messages = [.. client.Shown.Where(received => received.Name == StreamEvents.Log).Select(received => received.Text("message"))];
        Assert.All(Containers, container => Assert.Equal(
            Enumerable.Range(1, _written).Select(i => Line(container, i)), messages.Where(message => message.StartsWith(container, StringComparison.Ordinal))));
        Replica.Stop(second);
    }

    private static LogViewSpec Spec() => SimulatedReplica.Spec() with { Tail = new() { Lines = 5 } };

    private static bool All(string container, int number, bool changed) => true;

    private static string Line(string container, int i) => $"{container} {i} level={(i % 2 == 1 ? "error odd" : "info even")}";

    /// <summary>From a request's path and query.</summary>
    private static string ContainerOf(string request)
        => $"{request.Split('/')[6]}/{System.Web.HttpUtility.ParseQueryString(request[request.IndexOf('?', StringComparison.Ordinal)..])["container"]}";

    private static string[] MessagesOf(SimulatedViewer viewer, string container)
        => [.. viewer.Messages.Where(message => message.StartsWith(container, StringComparison.Ordinal))];

    /// <summary>Every line of every container once, in order, and no gap.</summary>
    private void CheckAll(SimulatedViewer viewer)
    {
        Assert.All(Containers, container => Assert.Equal(Enumerable.Range(1, _written).Select(i => Line(container, i)), MessagesOf(viewer, container)));
        Assert.DoesNotContain(viewer.Events, received => received.Name == StreamEvents.Gap);
    }

    private void Write(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Simulation.Do(() => WriteNow(1));
            Simulation.Advance(TimeSpan.FromMilliseconds(3));
        }

        Simulation.Advance(TimeSpan.FromSeconds(3));
    }

    private void WriteNow(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _written++;
            foreach ((string name, ScriptedContainer container) in _containers)
            {
                container.Write(Line(name, _written));
            }
        }
    }
}
